/** The commands that a page shows: run for real, their output put below them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const BLOCK = /^```(console|sh)\n([\s\S]*?)^```$/gm;

/** A folder as a reader has it: the built program as `whynan` and `npx whynan`, the examples, and a log of a failed run. */
export class Reader {
  readonly #folder = mkdtempSync(join(tmpdir(), 'whynan-shown-'));
  readonly #work = join(this.#folder, 'work');

  constructor(root: string) {
    const programs = join(this.#folder, 'bin');
    mkdirSync(programs);
    mkdirSync(this.#work);
    const program = (name: string, line: string) => {
      writeFileSync(join(programs, name), `#!/bin/sh\n${line}\n`);
      chmodSync(join(programs, name), 0o755);
    };
    program('whynan', `exec '${process.execPath}' '${join(root, 'dist/cli.cjs')}' "$@"`);
    program('npx', 'shift; exec whynan "$@"');
    cpSync(join(root, 'examples'), join(this.#work, 'examples'), { recursive: true });
    cpSync(join(root, 'examples/house-prices/train.log'), join(this.#work, 'train.log'));
    this.env = {
      PATH: [programs, process.env.PATH].join(delimiter),
      HOME: this.#work,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      CI: '1',
      NO_COLOR: '1',
    };
  }

  private readonly env: NodeJS.ProcessEnv;

  /** What a command prints, on both streams, and its status. */
  run(command: string): { readonly output: string; readonly status: number } {
    try {
      const output = execFileSync('bash', ['-o', 'pipefail', '-c', `{ ${command}\n} 2>&1`], {
        cwd: this.#work,
        env: this.env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return { output, status: 0 };
    } catch (error) {
      const { stdout, status } = error as { stdout: string; status: number };
      return { output: stdout, status };
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The page with the real output below every `$ command` of its console blocks. */
export function withOutput(page: string, reader: Reader): string {
  return page.replaceAll(BLOCK, (block, kind: string, text: string) => {
    if (kind !== 'console') return block;
    const shown = text
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => `${line}\n${reader.run(line.slice(2)).output.replace(/\n*$/, '')}`.trimEnd());
    return `\`\`\`console\n${shown.join('\n')}\n\`\`\``;
  });
}

/** Every command of a page: of its console blocks, and the lines of its shell blocks, comments apart. */
export function commandsOf(page: string): string[] {
  return Array.from(page.matchAll(BLOCK)).flatMap(([, kind, text = '']) =>
    text
      .split('\n')
      .map((line) => (kind === 'console' ? (line.startsWith('$ ') ? line.slice(2) : '') : line.replace(/\s+# .*$/, '')))
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}
