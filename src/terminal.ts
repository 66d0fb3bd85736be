/** The process as the command line sees it. The only user of `process` and of the standard streams. */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Columns of standard output; where it is no terminal, what COLUMNS says, or 80. */
  readonly columns: () => number;
  /** Whether standard input and output are terminals. */
  readonly isInput: () => boolean;
  readonly isOutput: () => boolean;
  /** Writes to standard output; false once nobody reads it any more. */
  readonly write: (text: string) => boolean;
  /** Notes, progress and errors. */
  readonly note: (text: string) => void;
  /** Streams for the interview, opened only when it starts. */
  readonly streams: () => { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream };
  /** Whether a person can be asked although standard input is a pipe. */
  readonly hasControl: () => boolean;
}

/** Whether the terminal says that it shows more than ASCII. */
export function showsUnicode({ LC_ALL, LC_CTYPE, LANG, TERM, WHYNAN_ASCII, WT_SESSION }: Terminal['env']): boolean {
  if (WHYNAN_ASCII || TERM === 'linux' || TERM === 'dumb') return false;
  return WT_SESSION !== undefined || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

/** Whether what is written is read aloud, by the variables that Ink and other terminal programs go by. */
export function isReadAloud({ INK_SCREEN_READER, ACCESSIBLE }: Terminal['env']): boolean {
  return INK_SCREEN_READER === 'true' || !['', '0', undefined].includes(ACCESSIBLE);
}

export function processTerminal(): Terminal {
  return {
    env: process.env,
    columns: () => (isTerminal(1) ? process.stdout.columns : Number(process.env.COLUMNS)) || 80,
    isInput: () => isTerminal(0),
    isOutput: () => isTerminal(1),
    write: (text) => writeAll(1, text),
    note: (text) => {
      writeAll(2, text);
    },
    streams: () => ({ stdin: isTerminal(0) ? process.stdin : controlTerminal(), stdout: process.stdout }),
    hasControl: () => {
      try {
        closeSync(openSync('/dev/tty', 'r'));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Asks the descriptor first: loading `node:tty` costs three milliseconds that a pipe need not pay. */
function isTerminal(descriptor: 0 | 1): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return Boolean((descriptor === 0 ? process.stdin : process.stdout).isTTY);
}

function controlTerminal(): NodeJS.ReadStream {
  const { ReadStream } = process.getBuiltinModule('node:tty');
  return new ReadStream(openSync('/dev/tty', 'r'));
}

/** Writes synchronously, so that nothing is lost when the process ends; a closed pipe is a normal end. */
function writeAll(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === 'EPIPE') return false;
      else throw error;
    }
  }
  return true;
}
