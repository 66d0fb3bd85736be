/**
 * Lines of one shape. The exact reader looks at a line once; every later line that differs only in its numbers is then
 * recognised byte by byte and its numbers are read in the same pass. A shape is only trusted after the exact reader gave
 * the same record for two further lines made from it, so both paths agree by construction.
 */

/** Bytes that must be readable behind any line, so that eight can be compared at a time. */
export const PADDING = 16;
const MOST_NUMBERS = 64;
/** Longest number and widest gap that are taken for a number and a gap. */
const LONGEST_NUMBER = 24;
const WIDEST_GAP = 40;
const MOST_LENGTH = 2048;

/** One stretch of fixed text and the number (or bar) behind it. */
interface Piece {
  readonly fixed: string;
  /** Spaces stood before the number: any number of them will do. */
  readonly hasSpaces: boolean;
  readonly maySign: boolean;
  /** The number's text; a bar instead: everything up to the byte `until`. */
  readonly number: string | null;
  readonly until: number;
  /** What stood in the bar. */
  readonly bar: string;
}

/** A line taken apart into fixed text and numbers. */
export interface Shape {
  readonly pieces: readonly Piece[];
  readonly tail: string;
  /** Texts of the numbers, in order. */
  readonly numbers: readonly string[];
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}

/** End of the number that starts at a digit: digits, a fraction, an exponent. The matcher below reads the same grammar. */
function numberEnd(raw: string, from: number): number {
  let at = from;
  while (isDigit(raw.charCodeAt(at))) at += 1;
  if (raw.charCodeAt(at) === 46 && isDigit(raw.charCodeAt(at + 1))) {
    at += 1;
    while (isDigit(raw.charCodeAt(at))) at += 1;
  }
  const mark = raw.charCodeAt(at);
  if (mark === 101 || mark === 69) {
    const sign = raw.charCodeAt(at + 1);
    const first = sign === 43 || sign === 45 ? at + 2 : at + 1;
    if (isDigit(raw.charCodeAt(first))) {
      at = first;
      while (isDigit(raw.charCodeAt(at))) at += 1;
    }
  }
  return at;
}

/** Takes a line apart; `null` when it is too long or has too many numbers. Characters are bytes. */
export function shapeOf(raw: string): Shape | null {
  if (raw.length > MOST_LENGTH) return null;
  const pieces: Piece[] = [];
  const numbers: string[] = [];
  let fixed = '';
  let at = 0;
  while (at < raw.length) {
    const code = raw.charCodeAt(at);
    if (code === 37 && raw.charCodeAt(at + 1) === 124) {
      const end = raw.indexOf('|', at + 2);
      if (end > 0 && end - at < 600 && BAR_TEXT.test(raw.slice(at + 2, end))) {
        pieces.push({
          fixed: `${fixed}%|`,
          hasSpaces: false,
          maySign: false,
          number: null,
          until: 124,
          bar: raw.slice(at + 2, end),
        });
        fixed = '';
        at = end;
        continue;
      }
    }
    const before = at === 0 ? 32 : raw.charCodeAt(at - 1);
    const isSigned = (code === 45 || code === 43) && isDigit(raw.charCodeAt(at + 1));
    const startsNumber = isSigned
      ? !isWord(before) && before !== 41 && before !== 93 && before !== 46 && before !== 45 && before !== 43
      : isDigit(code) && !isWord(before) && before !== 46;
    if (!startsNumber) {
      fixed += raw[at];
      at += 1;
      if (isWord(code)) {
        // Digits inside a word, and those behind its dots, are part of its name.
        while (
          at < raw.length &&
          (isWord(raw.charCodeAt(at)) ||
            (raw.charCodeAt(at) === 46 && isWord(raw.charCodeAt(at + 1)) && isDigit(raw.charCodeAt(at + 1))))
        ) {
          fixed += raw[at];
          at += 1;
        }
      }
      continue;
    }
    if (numbers.length === MOST_NUMBERS) return null;
    const end = numberEnd(raw, isSigned ? at + 1 : at);
    const trimmed = fixed.replace(/ +$/, '');
    const hasSpaces = trimmed.length < fixed.length;
    const last = trimmed.charCodeAt(trimmed.length - 1);
    const maySign =
      hasSpaces ||
      Number.isNaN(last) ||
      !(isWord(last) || last === 41 || last === 93 || last === 46 || last === 45 || last === 43);
    const number = raw.slice(at, end);
    pieces.push({ fixed: trimmed, hasSpaces, maySign, number, until: 0, bar: '' });
    numbers.push(number);
    fixed = '';
    at = end;
  }
  return { pieces, tail: fixed, numbers };
}

/**
 * The line of this shape with other numbers: what the exact reader is tried on. `isWide`: any number of spaces before a
 * number must be as good as one.
 */
export function withNumbers(shape: Shape, variant: 0 | 1, isWide: boolean): { line: string; values: number[] } {
  let line = '';
  const values: number[] = [];
  for (const piece of shape.pieces) {
    line += piece.fixed;
    if (piece.number === null) {
      line += piece.bar;
      continue;
    }
    if (piece.hasSpaces) line += variant === 0 || !isWide ? ' ' : '   ';
    const index = values.length;
    const digits = variant === 0 ? String(7100 + index) : String(930000 + index * 7);
    const unsigned = piece.number.replace(/^[-+]/, '');
    const fraction = unsigned.includes('.') ? (variant === 0 ? '.5' : '.125') : '';
    const exponent = /[eE].*$/.exec(unsigned)?.[0] ?? '';
    const text = digits + fraction + exponent;
    line += text;
    values.push(Number(text));
  }
  return { line: line + shape.tail, values };
}

/** Fields of one piece in the program of a template. */
const STRIDE = 4;
const BAR = 1;
const WANTED = 2;
const SPACES = 4;
const ONE_SPACE = 8;
const SIGN = 16;
const INTEGER = 32;

/** The longest line of this shape that the matcher takes. */
export function widest(shape: Shape): string {
  return (
    shape.pieces
      .map(
        (piece) =>
          piece.fixed + (piece.number === null ? '' : (piece.hasSpaces ? ' ' : '') + '9'.repeat(LONGEST_NUMBER)),
      )
      .join('') + shape.tail
  );
}

/** A shape in the form the matcher runs on. */
export class Template {
  /** Values of the wanted numbers of the last line that matched, by index of the number. */
  readonly values: Float64Array;
  private readonly count: number;
  private readonly fixed: Uint8Array;
  private readonly view: DataView;
  /** Per piece: where its fixed bytes end, its flags, the index of its number, the byte that ends its bar. */
  private readonly program: Int32Array;

  constructor(shape: Shape, wanted: ReadonlySet<number>, isWide: boolean) {
    this.count = shape.pieces.length;
    const texts = [...shape.pieces.map((piece) => piece.fixed), shape.tail];
    this.fixed = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0) + PADDING);
    this.view = new DataView(this.fixed.buffer);
    this.program = new Int32Array((this.count + 1) * STRIDE);
    this.values = new Float64Array(Math.max(1, shape.numbers.length));
    let at = 0;
    let number = 0;
    texts.forEach((text, index) => {
      for (let offset = 0; offset < text.length; offset += 1) this.fixed[at + offset] = text.charCodeAt(offset);
      at += text.length;
      const base = index * STRIDE;
      this.program[base] = at;
      const piece = shape.pieces[index];
      if (piece === undefined) return;
      let flags = piece.maySign ? SIGN : 0;
      // A whole number and a fraction are different things to an expression such as `epoch (\d+)`.
      if (piece.number !== null && /^[-+]?\d+$/.test(piece.number)) flags |= INTEGER;
      if (piece.hasSpaces) flags |= isWide ? SPACES : ONE_SPACE;
      if (piece.number === null) flags = BAR;
      else {
        if (wanted.has(number)) flags |= WANTED;
        this.program[base + 2] = number;
        number += 1;
      }
      this.program[base + 1] = flags;
      this.program[base + 3] = piece.until;
    });
  }

  /** Where the line ends (its newline or carriage return) if it has this shape, else -1. Fills `values`. */
  match(bytes: Uint8Array, view: DataView, from: number): number {
    const { fixed, view: fixedView, program, values } = this;
    const last = this.count * STRIDE;
    let at = from;
    let text = 0;
    for (let base = 0; ; base += STRIDE) {
      const textEnd = program[base] as number;
      // As doubles: text has no bit pattern of NaN or of zero, so equal doubles are equal bytes.
      while (text + 8 <= textEnd) {
        if (view.getFloat64(at, true) !== fixedView.getFloat64(text, true)) return -1;
        at += 8;
        text += 8;
      }
      if (text + 4 <= textEnd) {
        if (view.getInt32(at, true) !== fixedView.getInt32(text, true)) return -1;
        at += 4;
        text += 4;
      }
      while (text < textEnd) {
        if (bytes[at] !== fixed[text]) return -1;
        at += 1;
        text += 1;
      }
      if (base === last) break;
      const flags = program[base + 1] as number;
      let byte = bytes[at] as number;
      if (flags === BAR) {
        const until = program[base + 3] as number;
        const limit = at + 600;
        while (byte !== until) {
          if (BAR_BYTES[byte] === 0 || at === limit) return -1;
          at += 1;
          byte = bytes[at] as number;
        }
        continue;
      }
      if ((flags & (SPACES | ONE_SPACE)) !== 0) {
        if (byte !== 32) return -1;
        at += 1;
        byte = bytes[at] as number;
        if ((flags & SPACES) !== 0) {
          const limit = at + WIDEST_GAP;
          while (byte === 32) {
            if (at === limit) return -1;
            at += 1;
            byte = bytes[at] as number;
          }
        }
      }
      const numberStart = at;
      let isNegative = false;
      if (byte === 45 || byte === 43) {
        if ((flags & SIGN) === 0) return -1;
        isNegative = byte === 45;
        at += 1;
        byte = bytes[at] as number;
      }
      let digit = byte - 48;
      if (digit < 0 || digit > 9) return -1;
      let mantissa = 0;
      const digitsStart = at;
      do {
        mantissa = mantissa * 10 + digit;
        at += 1;
        byte = bytes[at] as number;
        digit = byte - 48;
      } while (digit >= 0 && digit <= 9);
      let digits = at - digitsStart;
      let power = 0;
      const integerEnd = at;
      if (byte === 46) {
        digit = (bytes[at + 1] as number) - 48;
        if (digit >= 0 && digit <= 9) {
          const fractionStart = at + 1;
          at = fractionStart;
          do {
            mantissa = mantissa * 10 + digit;
            at += 1;
            byte = bytes[at] as number;
            digit = byte - 48;
          } while (digit >= 0 && digit <= 9);
          power = fractionStart - at;
          digits -= power;
        }
      }
      if (byte === 101 || byte === 69) {
        let exponentAt = at + 1;
        let mark = bytes[exponentAt] as number;
        let isDown = false;
        if (mark === 43 || mark === 45) {
          isDown = mark === 45;
          exponentAt += 1;
          mark = bytes[exponentAt] as number;
        }
        if (mark >= 48 && mark <= 57) {
          let exponent = 0;
          do {
            if (exponent < 100000) exponent = exponent * 10 + (mark - 48);
            exponentAt += 1;
            mark = bytes[exponentAt] as number;
          } while (mark >= 48 && mark <= 57);
          at = exponentAt;
          power += isDown ? -exponent : exponent;
        }
      }
      if (((flags & INTEGER) !== 0) !== (at === integerEnd) || at - numberStart > LONGEST_NUMBER) return -1;
      if ((flags & WANTED) !== 0) {
        let value: number;
        // Up to 15 digits and a power of ten up to 22 are exact in one division or multiplication.
        if (digits <= 15 && power >= -22 && power <= 22) {
          value =
            power < 0 ? mantissa / (TENS[-power] as number) : power > 0 ? mantissa * (TENS[power] as number) : mantissa;
          if (isNegative) value = -value;
        } else {
          value = exactValue(bytes, numberStart, at);
          if (!Number.isFinite(value)) return -1;
        }
        values[program[base + 2] as number] = value;
      }
    }
    const end = bytes[at];
    if (at - from > MOST_LENGTH) return -1;
    return end === 10 || end === 13 ? at : -1;
  }
}

/** What a bar is made of: blocks, digits, fillers; never words. */
const BAR_TEXT = /^[#\d =>.\-\u0080-\u00ff]*$/;
const BAR_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => (BAR_TEXT.test(String.fromCharCode(byte)) ? 1 : 0));

const TENS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

function exactValue(bytes: Uint8Array, from: number, to: number): number {
  let text = '';
  for (let at = from; at < to; at += 1) text += String.fromCharCode(bytes[at] as number);
  return Number(text);
}
