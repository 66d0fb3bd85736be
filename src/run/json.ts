import { parseNumber } from './number.ts';

/** A place in a document: keys and positions from the root. */
export type JsonPath = readonly (string | number)[];
export type JsonScalar = string | number | boolean | null;

/** What a walk reports. Paths are reused: copy what must outlive the call. */
export interface JsonVisitor {
  readonly value: (path: JsonPath, value: JsonScalar, line: number) => void;
  /** An object or array ended; the path is its own. */
  readonly close?: (path: JsonPath, line: number) => void;
}

const DEEPEST = 64;
const LONGEST_STRING = 1 << 20;
const LONGEST_WORD = 4096;

/**
 * Walks JSON as training tools write it: bare `NaN` and `Infinity`, comments, single quotes, trailing commas, several
 * documents in a row, an end that never came. Bytes may come in any pieces; memory is bounded by the longest string.
 * Nothing is an error: what makes no sense is stepped over.
 */
export class JsonWalker {
  line: number;
  /** Documents that ended properly. */
  documents = 0;
  /** Something was deeper than is looked at. */
  isTooDeep = false;
  private readonly path: (string | number)[] = [];
  /** For each open level: is it an array? */
  private readonly arrays: boolean[] = [];
  private tooDeep = 0;
  private key: string | null = null;
  private state: 'value' | 'string' | 'word' | 'line-comment' | 'comment' = 'value';
  private quote = 0;
  private isEscaped = false;
  private isStar = false;
  private held = new Uint8Array(256);
  private size = 0;
  private readonly decoder = new TextDecoder();
  private readonly visitor: JsonVisitor;

  constructor(visitor: JsonVisitor, line = 1) {
    this.visitor = visitor;
    this.line = line;
  }

  get depth(): number {
    return this.arrays.length + this.tooDeep;
  }

  push(bytes: Uint8Array, from = 0, to = bytes.length): void {
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      if (byte === 10) this.line += 1;
      switch (this.state) {
        case 'string':
          if (this.isEscaped) {
            this.keep(byte);
            this.isEscaped = false;
          } else if (byte === 92) {
            this.keep(byte);
            this.isEscaped = true;
          } else if (byte === this.quote) {
            this.state = 'value';
            this.scalar(this.text(), true);
          } else this.keep(byte);
          break;
        case 'word':
          if (isWordByte(byte)) this.keep(byte);
          else {
            this.state = 'value';
            this.scalar(this.text(), false);
            this.structure(byte);
          }
          break;
        case 'line-comment':
          if (byte === 10) this.state = 'value';
          break;
        case 'comment':
          if (byte === 47 && this.isStar) this.state = 'value';
          this.isStar = byte === 42;
          break;
        default:
          this.structure(byte);
      }
    }
  }

  /** The input ended. */
  finish(): void {
    if (this.state === 'word') this.scalar(this.text(), false);
    this.state = 'value';
  }

  private keep(byte: number): void {
    if (this.size >= (this.state === 'string' ? LONGEST_STRING : LONGEST_WORD)) return;
    if (this.size === this.held.length) {
      const larger = new Uint8Array(this.held.length * 2);
      larger.set(this.held);
      this.held = larger;
    }
    this.held[this.size] = byte;
    this.size += 1;
  }

  private text(): string {
    const text = this.decoder.decode(this.held.subarray(0, this.size));
    this.size = 0;
    if (this.held.length > 65536) this.held = new Uint8Array(256);
    return text;
  }

  private structure(byte: number): void {
    switch (byte) {
      case 32:
      case 9:
      case 10:
      case 13:
      case 58: // ':'
        return;
      case 34:
      case 39:
        this.state = 'string';
        this.quote = byte;
        return;
      case 123:
      case 91:
        this.open(byte === 91);
        return;
      case 125:
      case 93:
        this.close();
        return;
      case 44:
        this.next();
        return;
      case 35:
        this.state = 'line-comment';
        return;
      case 47:
        this.state = 'comment';
        this.isStar = false;
        return;
      case 42:
        return;
      default:
        if (isWordByte(byte)) {
          this.state = 'word';
          this.keep(byte);
        }
    }
  }

  private next(): void {
    if (this.tooDeep > 0) return;
    const level = this.arrays.length - 1;
    if (level >= 0 && this.arrays[level]) this.path[level] = (this.path[level] as number) + 1;
    this.key = null;
  }

  private open(isArray: boolean): void {
    if (this.arrays.length >= DEEPEST || this.tooDeep > 0) {
      this.tooDeep += 1;
      this.isTooDeep = true;
      return;
    }
    this.enterKey();
    this.arrays.push(isArray);
    this.path.push(isArray ? 0 : '');
  }

  /** Puts the pending key of the surrounding object into the path. */
  private enterKey(): void {
    const level = this.arrays.length - 1;
    if (level >= 0 && !this.arrays[level]) this.path[level] = this.key ?? '';
    this.key = null;
  }

  private close(): void {
    if (this.tooDeep > 0) {
      this.tooDeep -= 1;
      return;
    }
    if (this.arrays.length === 0) return;
    this.arrays.pop();
    this.path.pop();
    this.visitor.close?.(this.path, this.line);
    if (this.arrays.length === 0) this.documents += 1;
  }

  private scalar(text: string, isQuoted: boolean): void {
    if (this.tooDeep > 0) return;
    const level = this.arrays.length - 1;
    if (level >= 0 && !this.arrays[level] && this.key === null) {
      this.key = isQuoted ? unescaped(text) : text;
      return;
    }
    this.enterKey();
    this.visitor.value(this.path, isQuoted ? unescaped(text) : wordValue(text), this.line);
  }
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 45 ||
    byte === 43 ||
    byte === 46 ||
    byte === 95 ||
    byte >= 128
  );
}

function wordValue(text: string): JsonScalar {
  switch (text) {
    case 'true':
    case 'True':
      return true;
    case 'false':
    case 'False':
      return false;
    case 'null':
    case 'None':
      return null;
    default:
      return parseNumber(text) ?? text;
  }
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, letter: string | undefined) =>
    code !== undefined ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPED[letter ?? ''] ?? letter ?? ''),
  );
}

/** The numbers (and texts) of one flat object, nested keys joined by `/`. */
export function flatten(text: string): Map<string, JsonScalar> {
  const found = new Map<string, JsonScalar>();
  const walker = new JsonWalker({
    value(path, value) {
      if (path.length === 0 || found.size >= 256) return;
      const name = path.length === 1 ? String(path[0]) : path.join('/');
      if (!found.has(name)) found.set(name, value);
    },
  });
  walker.push(new TextEncoder().encode(text));
  walker.finish();
  return found;
}
