/** The completion scripts in the real shells, as typed: what the Tab key offers. A shell the machine lacks is skipped. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, KEYS, Screen } from '../wizard/screen.ts';

/** How a shell is started bare, and how it learns to complete. */
const SHELLS = {
  bash: {
    start: 'exec bash --noprofile --norc -i',
    learn: `PS1='> '; bind 'set show-all-if-ambiguous on'; source <(whynan completion bash)`,
  },
  zsh: {
    start: 'exec zsh -f -i',
    learn: `PS1='> '; autoload -Uz compinit; compinit -u -D; source <(whynan completion zsh)`,
  },
  fish: {
    start: 'exec fish --no-config -i',
    learn: `function fish_prompt; echo '> '; end; function fish_greeting; end; whynan completion fish | source`,
  },
} as const;
type Shell = keyof typeof SHELLS;

const isHere = (shell: Shell) => spawnSync(shell, ['--version']).status === 0;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whynan-completion-'));
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'whynan');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, 'the-run.log'), 'loss nan\n');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(SHELLS) as Shell[])('completion in %s', (shell) => {
  const { start, learn } = SHELLS[shell];

  it.skipIf(!isHere(shell))('offers commands, flags, answers, pages and files', async () => {
    const screen = new Screen([], {
      shell: start,
      columns: 100,
      rows: 60,
      folder,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        HOME: folder,
        XDG_CONFIG_HOME: folder,
        XDG_DATA_HOME: folder,
      },
    });
    try {
      screen.press(`${learn}; echo rea''dy\r`);
      await screen.shows(/^ready$/m);
      /** Clears the screen, types a line with Tab at its end, and waits for what must be offered. */
      const offers = async (line: string, ...wanted: RegExp[]) => {
        screen.press('\u0015', '\u000C'); // kill the line, clear the screen
        await screen.meets((text) => /^\s*>\s*$/.test(text), 'an empty prompt');
        screen.press(`${line}${KEYS.tab}`);
        await screen.meets(
          (text) => wanted.every((pattern) => pattern.test(text)),
          `${wanted.join(' and ')} for "${line}"`,
        );
        return screen.text();
      };
      await offers('whynan expl', /whynan explain$/m);
      await offers('whynan --loss-tr', /whynan --loss-trend/);
      const answers = await offers('whynan --loss-trend ', /growing/, /from-start/, /unsure/);
      expect(answers).not.toContain('the-run.log');
      await offers('whynan --trend gro', /whynan --trend growing/);
      await offers('whynan explain lr-too', /whynan explain lr-too-high/);
      await offers('whynan probe ', /pytorch/, /tensorflow/, /jax/, /caffe/);
      await offers('whynan --format ', /markdown/, /json/);
      await offers('whynan the', /whynan the-run\.log/);
      await offers('whynan --answers the', /whynan --answers the-run\.log/);
      await offers('whynan the-run.log --resume the', /--resume the-run\.log/);
    } finally {
      screen.kill('SIGKILL');
      await screen.exit;
    }
  });
});
