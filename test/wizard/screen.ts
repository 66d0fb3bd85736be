/** A real pseudo-terminal with the built program in it, and what stands on its screen. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as typeof import('@xterm/headless');

export const CLI = process.env.WHYNAN_CLI ?? join(import.meta.dirname, '../../dist/cli.cjs');
export const hasReaders = existsSync(join(CLI, '../run-files.cjs'));

export const KEYS = {
  up: '\u001B[A',
  down: '\u001B[B',
  enter: '\r',
  escape: '\u001B',
  tab: '\t',
  backspace: '\u007F',
  ctrlC: '\u0003',
  pageDown: '\u001B[6~',
  end: '\u001B[F',
} as const;

const GIVEN = /^(CI|NO_COLOR|FORCE_COLOR|LC_.*|LANG|WT_SESSION|WHYNAN_.*|INK_SCREEN_READER|ACCESSIBLE|TERM.*)$/;

/** The environment of this process without what would change the program's looks. */
function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !GIVEN.test(name)) as [
    string,
    string,
  ][];
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', TERM: 'xterm-256color' };
}

/**
 * What a terminal has not read yet is lost when the leader of its session ends. So a shell leads, as in life: it runs the
 * program, tells its process and its status, and stays until it is sent away.
 */
const LEADER = `trap : INT TERM
place=$1
shift
sh -c 'echo $$ > "$0"; exec "$@"' "$place" "$@"
printf '\\033]777;%s\\007' $?
read -r _`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence that terminals ignore
const ENDED = /\u001B\]777;(\d+)\u0007/;

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of its own where none is named. */
  readonly folder?: string;
  /** A shell command to run in place of the program. */
  readonly shell?: string;
}

export class Screen {
  /** Everything that was written. */
  raw = '';
  readonly folder: string;
  /** The exit status, once the program has ended and all that it wrote has arrived. */
  readonly exit: Promise<number>;
  readonly #terminal;
  readonly #process;
  readonly #place = join(mkdtempSync(join(tmpdir(), 'whynan-')), 'process');
  #written: Promise<void> = Promise.resolve();

  constructor(args: readonly string[] = [], { columns = 80, rows = 24, env = {}, folder, shell }: ScreenOptions = {}) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'whynan-'));
    this.#terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 2000 });
    const command = shell === undefined ? [process.execPath, CLI, ...args] : ['/bin/sh', '-c', shell];
    this.#process = spawn('/bin/sh', ['-c', LEADER, 'sh', this.#place, ...command], {
      cols: columns,
      rows,
      cwd: this.folder,
      env: { ...plainEnvironment(), ...env },
    });
    this.exit = new Promise((resolve) => {
      this.#process.onData((data) => {
        this.raw += data;
        this.#written = new Promise((written) => this.#terminal.write(data, written));
        const [mark, status] = ENDED.exec(this.raw) ?? [];
        if (mark === undefined) return;
        this.raw = this.raw.replace(mark, '');
        this.#process.kill('SIGKILL');
        resolve(Number(status));
      });
    });
  }

  /** The lines of the screen, without the blank ones at its end. */
  async text(): Promise<string> {
    await this.#shown();
    const { active } = this.#terminal.buffer;
    return this.#lines(active.viewportY, this.#terminal.rows);
  }

  /** The screen and everything that has scrolled off it. */
  async all(): Promise<string> {
    await this.#shown();
    return this.#lines(0, this.#terminal.buffer.active.length);
  }

  /** Until all that has arrived is on the screen, what arrives meanwhile too. */
  async #shown(): Promise<void> {
    for (let written: Promise<void> | null = null; written !== this.#written; ) {
      written = this.#written;
      await written;
    }
  }

  #lines(from: number, count: number): string {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: count }, (_, index) => active.getLine(from + index)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd();
  }

  /** Waits until the screen shows something. */
  async shows(wanted: RegExp | string, milliseconds = 8000): Promise<string> {
    return this.#until(
      (text) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)),
      `${wanted}`,
      milliseconds,
    );
  }

  /** Waits until the screen does not show something any more. */
  async drops(unwanted: RegExp | string, milliseconds = 8000): Promise<string> {
    return this.#until(
      (text) => !(typeof unwanted === 'string' ? text.includes(unwanted) : unwanted.test(text)),
      `no ${unwanted}`,
      milliseconds,
    );
  }

  /** Waits until what stands on the screen is as it should be. */
  async meets(holds: (text: string) => boolean, told: string, milliseconds = 8000): Promise<string> {
    return this.#until(holds, told, milliseconds);
  }

  async #until(holds: (text: string) => boolean, told: string, milliseconds: number): Promise<string> {
    for (const end = Date.now() + milliseconds; ; await sleep(8)) {
      const text = await this.text();
      if (!this.#isDrawing && holds(text)) return text;
      if (Date.now() > end) throw new Error(`The screen does not show ${told} in time:\n${text}`);
    }
  }

  press(...keys: string[]): void {
    for (const key of keys) this.#process.write(key);
  }

  /** Presses a key and waits until the screen has changed. */
  async change(key: string): Promise<string> {
    const before = await this.text();
    this.press(key);
    return this.#until((text) => text !== before, `any answer to ${JSON.stringify(key)}`, 8000);
  }

  /** Whether a frame has begun to arrive and has not ended. */
  get #isDrawing(): boolean {
    return this.raw.lastIndexOf('\u001B[?2026h') > this.raw.lastIndexOf('\u001B[?2026l');
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#process.resize(columns, rows);
  }

  /** Sends the program a signal. */
  kill(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(this.#place, 'utf8')), signal);
  }

  /** Ends whatever still runs. */
  close(): void {
    this.#process.kill('SIGKILL');
    rmSync(dirname(this.#place), { recursive: true, force: true });
  }

  get isCursorHidden(): boolean {
    return this.raw.lastIndexOf('\u001B[?25l') > this.raw.lastIndexOf('\u001B[?25h');
  }

  /** The exit status, once the program has ended and the screen shows how it left. */
  async status(): Promise<number> {
    const status = await this.exit;
    await this.#shown();
    return status;
  }
}
