import { cleanLine, isReadable } from './clean.ts';
import { absent, type Collector } from './collect.ts';
import { LINE_FORMATS } from './formats.ts';
import { JSON_LINE } from './json-line.ts';
import { Needles } from './needles.ts';
import type { LineFormat, LogRecord } from './record.ts';
import type { SeriesRecorder } from './series.ts';
import { SETTING_LITERALS, settingsInLine } from './settings-line.ts';
import type { Sign, Signs } from './signs.ts';
import { type Shape, shapeOf, Template, widest, withNumbers } from './template.ts';

/** A sign found on a line. */
interface Hit {
  readonly sign: Sign;
  readonly key: string;
  readonly text: string;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** What the exact reader makes of one line. */
interface Outcome {
  readonly format: LineFormat | null;
  readonly record: LogRecord | null;
  readonly hits: readonly Hit[];
  readonly rank: number | null;
  /** The line opens something that goes on in later lines, or holds settings: it is read afresh each time. */
  readonly isOpen: boolean;
}

/** A shape together with what to do when a line has it. */
interface Known {
  readonly template: Template;
  readonly format: LineFormat | null;
  readonly context: ReturnType<Collector['context']> | null;
  readonly record: LogRecord | null;
  /** Index of the number for each part of the record, or -1: as in `record`. */
  readonly step: number;
  readonly epoch: number;
  readonly at: number;
  readonly of: number;
  readonly values: Int32Array;
  readonly recorders: readonly (SeriesRecorder | null)[];
  readonly isRow: boolean;
  readonly absent: readonly SeriesRecorder[];
  readonly hits: readonly Hit[];
  hitCount: number;
  next: Known | null;
}

const MOST_KNOWN = 24;
const LONGEST_BYTES = 65536;
const NO_HITS: readonly Hit[] = [];

/** Which readers are worth trying on a line: formats first, then signs, then the settings. */
interface Index {
  readonly needles: Needles;
  readonly firstSign: number;
  readonly settings: number;
}

const indexOf = new WeakMap<Signs, Index>();

function indexFor(signs: Signs): Index {
  let index = indexOf.get(signs);
  if (index === undefined) {
    const firstSign = LINE_FORMATS.length;
    const settings = firstSign + signs.signs.length;
    const needles = new Needles([
      ...LINE_FORMATS.flatMap(({ find }, owner) => find.map((literal) => ({ literal, owner }))),
      ...signs.signs.flatMap(({ find }, at) => find.map((literal) => ({ literal, owner: firstSign + at }))),
      ...SETTING_LITERALS.map((literal) => ({ literal, owner: settings })),
      ...JSON_LINE.find.map((literal) => ({ literal, owner: settings + 1 })),
    ]);
    index = { needles, firstSign, settings };
    indexOf.set(signs, index);
  }
  return index;
}

/** Reads lines of text, given as bytes that end with a newline. */
export class TextReader {
  line = 1;
  /** Lines that were data rather than text, or too long to read whole. */
  unreadable = 0;
  tooLong = 0;
  private readonly known = new Map<number, Known[]>();
  private last: Known | null = null;
  private learned = 0;
  private reused = 0;
  private readonly pending: { readonly sign: Sign; text: string; left: number }[] = [];
  private readonly decoder = new TextDecoder();
  private readonly index: Index;
  private readonly collector: Collector;
  private readonly signs: Signs;
  private readonly exactOnly: boolean;
  private readonly extra: LineFormat | null;
  private readonly everyLine: boolean;

  /** `own`: a format that holds for every line of this file (the rows of a CSV), tried before all others. */
  constructor(collector: Collector, signs: Signs, exactOnly: boolean, own: LineFormat | null = null) {
    this.collector = collector;
    this.signs = signs;
    this.exactOnly = exactOnly;
    this.index = indexFor(signs);
    this.extra = own;
    this.everyLine = own !== null;
  }

  /** Reads the lines in `bytes[from, to)`, where `to` is behind a newline. At least `PADDING` bytes must follow. */
  consume(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (!this.exactOnly && this.pending.length === 0) {
        const end = this.tryKnown(bytes, view, at, to);
        if (end >= 0) {
          at = this.behind(bytes, end, to);
          continue;
        }
      }
      const end = this.lineEnd(bytes, at, to);
      this.readBytes(bytes, at, end);
      at = this.behind(bytes, end, to);
    }
  }

  /** Reads the beginning of a line whose end is too far away. */
  consumeHead(bytes: Uint8Array, size: number): void {
    this.tooLong += 1;
    this.readBytes(bytes, 0, Math.min(size, LONGEST_BYTES));
  }

  /** The end of the file: what was still open is closed. */
  finish(): void {
    for (const list of this.known.values()) {
      for (const known of list) if (known.format !== null && known.hitCount > 0) this.flush(known);
    }
    this.collector.lineNow = this.line;
    this.collector.finish();
  }

  private flush(known: Known): void {
    if (known.format === null) return;
    const formats = this.collector.formats;
    formats.set(known.format.id, (formats.get(known.format.id) ?? 0) + known.hitCount);
    known.hitCount = 0;
  }

  /** Steps over the end of a line; a newline counts, a lone carriage return only ends a piece. */
  private behind(bytes: Uint8Array, end: number, to: number): number {
    if (bytes[end] === 13) {
      if (end + 1 < to && bytes[end + 1] === 10) {
        this.line += 1;
        return end + 2;
      }
      return end + 1;
    }
    this.line += 1;
    return end + 1;
  }

  /** The end of a line, or of a piece of one that a progress bar overwrote. */
  private lineEnd(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at];
      if (byte === 10 || byte === 13) return at;
    }
    return to;
  }

  private tryKnown(bytes: Uint8Array, view: DataView, at: number, to: number): number {
    const last = this.last;
    if (last !== null && last.next !== null) {
      const end = last.next.template.match(bytes, view, at);
      if (end >= 0 && end < to) {
        this.apply(last.next);
        this.last = last.next;
        return end;
      }
    }
    const list = this.known.get(keyOf(bytes, at));
    if (list === undefined) return -1;
    for (let index = 0; index < list.length; index += 1) {
      const known = list[index] as Known;
      const end = known.template.match(bytes, view, at);
      if (end >= 0 && end < to) {
        if (index > 0) {
          list[index] = list[index - 1] as Known;
          list[index - 1] = known;
        }
        this.apply(known);
        if (last !== null) last.next = known;
        this.last = known;
        return end;
      }
    }
    return -1;
  }

  private apply(known: Known): void {
    this.reused += 1;
    known.hitCount += 1;
    const line = this.line;
    const format = known.format;
    if (format !== null && known.context !== null) {
      const numbers = known.template.values;
      const record = known.record as LogRecord;
      if (known.isRow) {
        known.hitCount -= 1;
        const values = Array.from(known.values, (from, index) =>
          from < 0 ? (record.values[index] as number) : (numbers[from] as number),
        );
        this.collector.accept({ ...record, values }, format, line);
      } else {
        const collector = this.collector;
        collector.place(
          format,
          known.context,
          known.step < 0 ? record.step : (numbers[known.step] as number),
          known.epoch < 0 ? record.epoch : (numbers[known.epoch] as number),
          known.at < 0 ? record.at : (numbers[known.at] as number),
          known.of < 0 ? record.of : (numbers[known.of] as number),
        );
        const { recorders, values } = known;
        for (let index = 0; index < recorders.length; index += 1) {
          const recorder = recorders[index] as SeriesRecorder | null;
          if (recorder === null) continue;
          const from = values[index] as number;
          collector.put(recorder, from < 0 ? (record.values[index] as number) : (numbers[from] as number), line);
        }
        for (const recorder of known.absent) recorder.skip(collector.x ?? line, line);
      }
    }
    for (const hit of known.hits) this.collector.see(hit.sign, hit.key, line, hit.text, hit.groups);
  }

  private readBytes(bytes: Uint8Array, from: number, end: number): void {
    if (end === from) return;
    if (!this.everyLine && this.pending.length === 0 && !this.exactOnly && !this.index.needles.isIn(bytes, from, end))
      return;
    if (end - from > LONGEST_BYTES) this.tooLong += 1;
    const to = Math.min(end, from + LONGEST_BYTES);
    const text = this.decoder.decode(bytes.subarray(from, to));
    const outcome = this.read(text);
    if (outcome === null) {
      // Counted only where something was looked for: both paths must agree.
      if (this.everyLine || this.index.needles.isIn(bytes, from, end)) this.unreadable += 1;
      return;
    }
    this.act(outcome, text);
    if (this.exactOnly || outcome.isOpen || this.pending.length > 0 || end - from > 2048) return;
    this.learn(bytes, from, end, outcome);
  }

  /** The exact reader: a pure function of the line. */
  private read(raw: string): Outcome | null {
    if (this.extra === null && raw.charCodeAt(0) === 123 && raw.charCodeAt(raw.trimEnd().length - 1) === 125) {
      const json = JSON_LINE.read(raw);
      if (json !== null) return { format: JSON_LINE, record: json, hits: NO_HITS, rank: null, isOpen: false };
    }
    const clean = cleanLine(raw);
    if (clean === null) return null;
    const { text, full, rank } = clean;
    let format: LineFormat | null = null;
    let record: LogRecord | null = null;
    const { needles, firstSign, settings } = this.index;
    const owners = needles.owners(full);
    if (this.extra !== null) {
      record = this.extra.read(text);
      if (record !== null) format = this.extra;
    }
    for (let at = 0; at < firstSign && record === null; at += 1) {
      if (owners[at] !== 1) continue;
      const candidate = LINE_FORMATS[at] as LineFormat;
      record = candidate.read(text);
      if (record !== null) format = candidate;
    }
    if (record !== null && rank !== null && record.rank === null) record = { ...record, rank };
    let hits: Hit[] | null = null;
    let isOpen = owners[settings] === 1;
    for (let at = firstSign; at < settings; at += 1) {
      if (owners[at] !== 1) continue;
      const sign = this.signs.signs[at - firstSign] as Sign;
      const hit = match(sign, full);
      if (hit !== null) {
        hits ??= [];
        hits.push(hit);
      } else if (sign.lines > 0) isOpen = true;
    }
    return { format, record, hits: hits ?? NO_HITS, rank, isOpen };
  }

  private act(outcome: Outcome, raw: string): void {
    const { collector } = this;
    if (outcome.format !== null && outcome.record !== null) collector.accept(outcome.record, outcome.format, this.line);
    if (this.pending.length > 0) this.continuePending(raw);
    for (const hit of outcome.hits) collector.see(hit.sign, hit.key, this.line, hit.text, hit.groups);
    if (!outcome.isOpen) return;
    const text = cleanLine(raw)?.text ?? '';
    for (const sign of this.signs.signs) {
      if (
        sign.lines > 0 &&
        this.pending.length < 8 &&
        holdsOne(text, sign.find) &&
        !outcome.hits.some((hit) => hit.sign === sign)
      )
        this.pending.push({ sign, text, left: sign.lines });
    }
    for (const { name, value } of settingsInLine(text)) collector.setting(name, value, this.line);
  }

  private continuePending(raw: string): void {
    const text = cleanLine(raw)?.text ?? '';
    for (let index = this.pending.length - 1; index >= 0; index -= 1) {
      const open = this.pending[index];
      if (open === undefined) continue;
      open.text = `${open.text} ${text}`.slice(0, 4096);
      open.left -= 1;
      const hit = match(open.sign, open.text);
      if (hit !== null) this.collector.see(hit.sign, hit.key, this.line, hit.text, hit.groups);
      if (hit !== null || open.left === 0) this.pending.splice(index, 1);
    }
  }

  private learn(bytes: Uint8Array, from: number, end: number, outcome: Outcome): void {
    // Lines that never come again are not worth the effort.
    if (this.learned > 64 && this.reused < this.learned * 4) return;
    this.learned += 1;
    let raw = '';
    for (let at = from; at < end; at += 1) raw += String.fromCharCode(bytes[at] as number);
    const shape = shapeOf(raw);
    if (shape === null || shape.numbers.length === 0 || !isReadable(widest(shape))) return;
    // Padded columns may have any number of spaces; a format that insists on one gets one.
    const isPadded = / {2}[-+]?\d/.test(raw);
    if (this.learnShape(shape, true, bytes, from, outcome) || isPadded) return;
    this.learnShape(shape, false, bytes, from, outcome);
  }

  private learnShape(shape: Shape, isWide: boolean, bytes: Uint8Array, from: number, outcome: Outcome): boolean {
    const originals = shape.numbers.map(Number);
    const trials = [this.trial(shape, 0, isWide), this.trial(shape, 1, isWide)];
    // An exponent that leaves no room for other digits cannot be told apart.
    for (const trial of trials) for (const value of trial.values) if (!(value > 1e-300 && value < 1e300)) return false;
    const record = outcome.record;
    const wanted = new Set<number>();
    const find = (pick: (record: LogRecord) => number | null | undefined): number | null => {
      if (record === null) return -1;
      const value = pick(record);
      const tried = trials.map((trial) => (trial.outcome?.record ? pick(trial.outcome.record) : undefined));
      if (tried.every((other) => Object.is(other, value))) return -1;
      for (let index = 0; index < originals.length; index += 1) {
        if (
          Object.is(originals[index], value) &&
          trials.every((trial, which) => Object.is(tried[which], trial.values[index]))
        ) {
          wanted.add(index);
          return index;
        }
      }
      return null;
    };
    for (const trial of trials) if (!isSameKind(outcome, trial.outcome)) return false;
    const step = find((other) => other.step);
    const epoch = find((other) => other.epoch);
    const at = find((other) => other.at);
    const of = find((other) => other.of);
    const rank = find((other) => other.rank);
    if (step === null || epoch === null || at === null || of === null || rank !== -1) return false;
    const values: number[] = [];
    for (let place = 0; place < (record?.values.length ?? 0); place += 1) {
      const index = find((other) => other.values[place]);
      if (index === null) return false;
      values.push(index);
    }
    const format = outcome.format;
    const recorders =
      record === null || format === null || record.part !== undefined
        ? []
        : record.names.map((name) => this.collector.recorder(name, format, record.rank));
    const known: Known = {
      template: new Template(shape, wanted, isWide),
      format,
      context: format === null ? null : this.collector.context(format),
      record,
      step,
      epoch,
      at,
      of,
      values: Int32Array.from(values),
      recorders,
      isRow: record?.part !== undefined,
      absent:
        format === null || record === null
          ? []
          : absent(format, record)
              .map((name) => this.collector.recorder(name, format, record.rank))
              .filter((recorder) => recorder !== null),
      hits: outcome.hits,
      hitCount: 0,
      next: null,
    };
    const key = keyOf(bytes, from);
    const list = this.known.get(key);
    if (list === undefined) this.known.set(key, [known]);
    else {
      list.unshift(known);
      if (list.length > MOST_KNOWN) {
        const gone = list.pop();
        if (gone !== undefined) {
          this.flush(gone);
          for (const others of this.known.values())
            for (const other of others) if (other.next === gone) other.next = null;
        }
      }
    }
    if (this.last !== null) this.last.next = known;
    this.last = known;
    return true;
  }

  private trial(shape: Shape, variant: 0 | 1, isWide: boolean): { outcome: Outcome | null; values: number[] } {
    const { line, values } = withNumbers(shape, variant, isWide);
    let text = line;
    if (/[\u0080-\u00ff]/.test(line))
      text = this.decoder.decode(Uint8Array.from(line, (character) => character.charCodeAt(0)));
    return { outcome: this.read(text), values };
  }
}

/** Shapes are filed under the first character that is no space; all digits count as one. */
function keyOf(bytes: Uint8Array, from: number): number {
  let at = from;
  let byte = bytes[at] as number;
  while (byte === 32) {
    at += 1;
    byte = bytes[at] as number;
  }
  return byte >= 48 && byte <= 57 ? 48 : byte;
}

function holdsOne(text: string, literals: readonly string[]): boolean {
  for (const literal of literals) if (text.includes(literal)) return true;
  return false;
}

function match(sign: Sign, text: string): Hit | null {
  if (sign.pattern === null) return { sign, key: sign.id, text, groups: {} };
  const found = sign.pattern.exec(text);
  if (found === null) return null;
  const groups = found.groups ?? {};
  return {
    sign,
    key: `${sign.id} ${groups.op ?? ''} ${groups.name ?? ''} ${groups.value ?? ''} ${groups.count ?? ''}`,
    text,
    groups,
  };
}

function isSameKind(a: Outcome, b: Outcome | null): boolean {
  if (b === null || a.format !== b.format || a.isOpen !== b.isOpen || a.hits.length !== b.hits.length) return false;
  for (let index = 0; index < a.hits.length; index += 1) if (a.hits[index]?.key !== b.hits[index]?.key) return false;
  if (a.record === null || b.record === null) return a.record === b.record;
  if (a.record.part !== b.record.part || a.record.names.length !== b.record.names.length) return false;
  return a.record.names.every((name, index) => name === b.record?.names[index]);
}
