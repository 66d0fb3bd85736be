/**
 * Puts frames on a terminal: only what changed is written, in one synchronized update, and a resize starts afresh, so
 * that nothing of a rewrapped old frame stays behind. For a screen reader frames become a running text instead: only
 * lines that are new are written, and nothing is ever erased.
 */
export interface Painter {
  /** Shows a frame: lines parted by line breaks, styled or not. */
  paint(frame: string): void;
  /** The terminal has another size: whatever stands there is void. */
  clear(): void;
  /** Shows the last frame again where it was cleared and no new one came. */
  refresh(): void;
  /** Takes the frame away and gives the terminal back. Later frames are not shown. */
  close(): void;
}

export interface PainterOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
  readonly screenReader: boolean;
}

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const BEGIN_UPDATE = '\u001B[?2026h';
const END_UPDATE = '\u001B[?2026l';
/** Writes shorter than this need no synchronized update. */
const SMALL = 256;
const CLEAR_SCREEN = '\u001B[2J\u001B[H';
const CLEAR_LINE = '\r\u001B[K';
const CLEAR_BELOW = '\r\u001B[J';
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const STYLES = /\u001B\[[0-9;]*m/g;

export function createPainter(options: PainterOptions): Painter {
  const painter: Painter = options.screenReader ? new Speaker(options) : new Canvas(options);
  return {
    paint: (frame) => painter.paint(frame),
    clear: () => painter.clear(),
    refresh: () => painter.refresh(),
    close: () => painter.close(),
  };
}

class Canvas implements Painter {
  readonly #write: (text: string) => void;
  readonly #color: boolean;
  #last: string | null = null;
  #shown: readonly string[] = [];
  /** The line of the frame in which the cursor stands. */
  #row = 0;
  #isOpen = true;
  #hasBegun = false;

  constructor({ write, color }: PainterOptions) {
    this.#write = write;
    this.#color = color;
  }

  paint(frame: string): void {
    if (!this.#isOpen) return;
    this.#last = frame;
    const lines = (this.#color ? frame : frame.replaceAll(STYLES, '')).split('\n').map((line) => line.trimEnd());
    const changes = this.#hasBegun ? this.#changes(lines) : lines.join('\r\n');
    if (!this.#hasBegun) this.#row = lines.length - 1;
    this.#shown = lines;
    if (changes === '') return;
    const begin = this.#hasBegun ? '' : HIDE_CURSOR;
    // A mark that moves is over before a terminal could show half of it.
    this.#write(this.#hasBegun && changes.length < SMALL ? changes : `${begin}${BEGIN_UPDATE}${changes}${END_UPDATE}`);
    this.#hasBegun = true;
  }

  #changes(lines: readonly string[]): string {
    let out = '';
    for (const [index, line] of lines.entries())
      if (line !== this.#shown[index]) out += `${this.#moveTo(index)}${CLEAR_LINE}${line}`;
    if (lines.length < this.#shown.length)
      out += `${this.#moveTo(lines.length)}${CLEAR_BELOW}${this.#moveTo(lines.length - 1)}`;
    return out;
  }

  /** Moves the cursor to a line; below the last one shown, new lines are begun. */
  #moveTo(row: number): string {
    const by = row - this.#row;
    const known = Math.max(0, this.#shown.length - 1);
    const fresh = Math.max(0, row - Math.max(known, this.#row));
    this.#row = row;
    if (by < 0) return `\u001B[${-by}A`;
    const down = by - fresh;
    return `${down > 0 ? `\u001B[${down}B` : ''}${'\r\n'.repeat(fresh)}`;
  }

  clear(): void {
    if (!this.#isOpen || !this.#hasBegun) return;
    this.#write(CLEAR_SCREEN);
    this.#shown = [];
    this.#row = 0;
  }

  refresh(): void {
    if (this.#shown.length === 0 && this.#last !== null) this.paint(this.#last);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#hasBegun) this.#write(`${this.#row > 0 ? `\u001B[${this.#row}A` : ''}${CLEAR_BELOW}${SHOW_CURSOR}`);
  }
}

class Speaker implements Painter {
  readonly #write: (text: string) => void;
  #shown = new Set<string>();
  #isOpen = true;

  constructor({ write }: PainterOptions) {
    this.#write = write;
  }

  paint(frame: string): void {
    if (!this.#isOpen) return;
    const lines = frame
      .replaceAll(STYLES, '')
      .split('\n')
      .map((line) => line.trimEnd());
    const fresh = lines.filter((line) => line !== '' && !this.#shown.has(line));
    this.#shown = new Set(lines);
    if (fresh.length > 0) this.#write(`${fresh.join('\r\n')}\r\n`);
  }

  clear(): void {}

  refresh(): void {}

  close(): void {
    this.#isOpen = false;
  }
}
