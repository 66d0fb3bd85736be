/**
 * A transcript is a Markdown file that is both the test and its golden output. `console` blocks hold commands after
 * `$ `, what they print, and their exit status where it is not 0; other blocks with a `file=` in their heading are
 * written beside the commands before anything runs.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const BLOCK = /^(`{3,})(\w+)([^\n]*)\n([\s\S]*?)^\1$/gm;

/** Runs every command of a transcript in a fresh folder and gives the transcript back with what they print now. */
export async function replay(transcript: string): Promise<string> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'whynan-transcript-')));
  const [folder, bin] = [join(place, 'folder'), join(place, 'bin')];
  try {
    mkdirSync(folder);
    mkdirSync(bin);
    writeFileSync(join(bin, 'whynan'), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    chmodSync(join(bin, 'whynan'), 0o755);
    for (const [, , , heading = '', body = ''] of transcript.matchAll(BLOCK)) {
      const name = /\bfile=(\S+)/.exec(heading)?.[1];
      if (name === undefined) continue;
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), body);
    }
    let replayed = '';
    let end = 0;
    for (const block of transcript.matchAll(BLOCK)) {
      const [whole, fence, language, , body = ''] = block;
      if (language !== 'console') continue;
      const outputs: string[] = [];
      for (const command of commandsOf(body)) outputs.push(`$ ${command}\n${await run(command, folder, bin)}`);
      replayed += `${transcript.slice(end, block.index)}${fence}console\n${outputs.join('\n')}${fence}`;
      end = block.index + whole.length;
    }
    return replayed + transcript.slice(end);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Every command of a block; a line that ends with a backslash goes on. */
export function commandsOf(body: string): string[] {
  return Array.from(body.matchAll(/^\$ ((?:[^\n]*\\\n)*[^\n]*)$/gm), ([, command = '']) => command);
}

/** What a person would see in a pipe: standard output, then errors and notes marked `2> `, then a status that is not 0. */
function run(command: string, folder: string, bin: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-o', 'pipefail', '-c', command],
      {
        cwd: folder,
        env: {
          PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
          HOME: folder,
          CI: '1',
          LC_ALL: 'C',
          TZ: 'UTC',
        },
        timeout: 30_000,
        maxBuffer: 1 << 26,
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : (error.code ?? error.signal ?? 'killed');
        const shown = [stdout, stderr.replaceAll(/^/gm, '2> ').replace(/2> $/, '')].map(withBreak).join('');
        resolve(`${shown.replaceAll(folder, '/folder')}${status === 0 ? '' : `exit ${status}\n`}`);
      },
    );
    child.stdin?.end();
  });
}

const withBreak = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}(no line break)\n`);
