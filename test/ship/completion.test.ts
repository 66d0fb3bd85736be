/** The completion scripts in real shells, where the machine has them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const script = (shell: string) => spawnSync(process.execPath, [cli, 'completion', shell], { encoding: 'utf8' }).stdout;
const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

describe('completion', () => {
  it('in bash offers flags, their answers, and the commands', () => {
    const complete = (...words: string[]) =>
      spawnSync('bash', ['--norc'], {
        encoding: 'utf8',
        input: `${script('bash')}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_whynan\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`,
      }).stdout.split('\n');
    expect(complete('whynan', '--loss-tr')).toContain('--loss-trend');
    expect(complete('whynan', '--loss-trend', 'gr')).toContain('growing');
    expect(complete('whynan', 'expl')).toContain('explain');
    expect(complete('whynan', 'explain', 'lr-too')).toContain('lr-too-high');
    expect(complete('whynan', 'probe', '')).toContain('pytorch');
  });

  it.skipIf(!has('zsh'))('loads in zsh', () => {
    const { status, stderr } = spawnSync(
      'zsh',
      ['-f', '-c', 'autoload -Uz compinit; compinit -u -D; eval "$(cat)"; whence -w _whynan'],
      { encoding: 'utf8', input: script('zsh') },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!has('fish'))('in fish offers answers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whynan-fish-'));
    const file = join(folder, 'whynan.fish');
    writeFileSync(file, script('fish'));
    const { stdout } = spawnSync(
      'fish',
      ['--no-config', '-c', `source ${file}; complete -C "whynan --loss-trend gr"`],
      {
        encoding: 'utf8',
      },
    );
    rmSync(folder, { recursive: true });
    expect(stdout).toMatch(/growing/);
  });
});
