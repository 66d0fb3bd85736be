import type { ByteSource, ReadOptions } from './source.ts';
import { PADDING } from './template.ts';
import type { TextReader } from './text.ts';

/** Bytes of a line that are kept while its end is looked for. */
const LONGEST_HELD = 1 << 20;
/** Bytes between two turns of the event loop. */
const BYTES_PER_TURN = 64 << 20;

/** Stopped by the caller's signal. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A source read from front to back, whose first bytes can be looked at beforehand. */
export class ByteStream {
  bytes = 0;
  /** Ended before the source did, because it was longer than is taken from a source of unknown size. */
  isCut = false;
  private readonly source: ByteSource;
  private readonly options: ReadOptions;
  private readonly onBytes: (bytes: number) => void;
  private sampled: Uint8Array | null = null;
  private sampleAt = 0;
  private sinceTurn = 0;

  constructor(source: ByteSource, options: ReadOptions, onBytes: (bytes: number) => void) {
    this.source = source;
    this.options = options;
    this.onBytes = onBytes;
  }

  /** The first bytes, as many as there are up to `length`. They will be read again. */
  async sample(length: number): Promise<Uint8Array> {
    const held = new Uint8Array(length);
    let size = 0;
    if (this.sampled !== null) {
      held.set(this.sampled.subarray(0, length));
      size = Math.min(length, this.sampled.length);
    }
    while (size < length) {
      const got = await this.fetch(held, size, length - size);
      if (got === 0) break;
      size += got;
    }
    this.sampled = held.subarray(0, size);
    this.sampleAt = 0;
    return this.sampled;
  }

  /** Forgets the sample: the caller has taken its bytes. */
  dropSample(): void {
    this.sampled = null;
  }

  /** Fills a part of `into`; 0 is the end. */
  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.sampled !== null) {
      const piece = this.sampled.subarray(this.sampleAt, this.sampleAt + length);
      if (piece.length > 0) {
        into.set(piece, offset);
        this.sampleAt += piece.length;
        return piece.length;
      }
      this.sampled = null;
    }
    return this.fetch(into, offset, length);
  }

  private async fetch(into: Uint8Array, offset: number, length: number): Promise<number> {
    const { signal, maxStreamBytes } = this.options;
    if (signal?.aborted) throw new Interrupted('interrupted');
    const most = this.source.size === null ? (maxStreamBytes ?? 8 * 2 ** 30) : Number.POSITIVE_INFINITY;
    if (this.bytes >= most) {
      this.isCut = true;
      return 0;
    }
    const answer = this.source.read(into, offset, length, null);
    const got = typeof answer === 'number' ? answer : await answer;
    this.bytes += got;
    this.sinceTurn += got;
    if (this.sinceTurn >= BYTES_PER_TURN) {
      this.sinceTurn = 0;
      this.onBytes(this.bytes);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      if (signal?.aborted) throw new Interrupted('interrupted');
    }
    return got;
  }
}

/** Feeds a text reader from a stream: whole lines at a time, in one reused buffer. */
export async function readLines(stream: ByteStream, reader: TextReader, chunkBytes: number): Promise<void> {
  const buffer = new Uint8Array(chunkBytes + LONGEST_HELD + PADDING * 4);
  const view = new DataView(buffer.buffer);
  const room = buffer.length - PADDING * 2;
  let have = 0;
  let isSkipping = false;
  for (;;) {
    const got = await stream.read(buffer, have, Math.min(chunkBytes, room - have));
    if (got === 0) break;
    let from = 0;
    if (isSkipping) {
      const end = buffer.subarray(0, got).indexOf(10);
      if (end < 0) continue;
      isSkipping = false;
      reader.line += 1;
      from = end + 1;
    }
    const all = have + got;
    const newline = buffer.lastIndexOf(10, all - 1);
    let end = newline >= have ? newline : -1;
    if (end < 0) {
      // A progress bar that never ends its line: a carriage return ends a piece. The last byte may be half of CRLF.
      const back = buffer.lastIndexOf(13, all - 2);
      if (back >= from && all - from > 65536) end = back;
    }
    if (end >= from) {
      reader.consume(buffer, view, from, end + 1);
      buffer.copyWithin(0, end + 1, all);
      have = all - end - 1;
    } else {
      if (from > 0) buffer.copyWithin(0, from, all);
      have = all - from;
    }
    if (have >= LONGEST_HELD) {
      reader.consumeHead(buffer, have);
      have = 0;
      isSkipping = true;
    }
  }
  if (have > 0) {
    buffer[have] = 10;
    reader.consume(buffer, view, 0, have + 1);
  }
}

/** UTF-16 as UTF-8, so that the readers need only know one encoding. */
export function fromUtf16(source: ByteSource, isBigEndian: boolean): ByteSource {
  const decoder = new TextDecoder(isBigEndian ? 'utf-16be' : 'utf-16le');
  const encoder = new TextEncoder();
  const raw = new Uint8Array(1 << 16);
  let ready = new Uint8Array(0);
  let isEnded = false;
  return {
    path: source.path,
    size: null,
    async read(into, offset, length) {
      while (ready.length === 0 && !isEnded) {
        const got = await source.read(raw, 0, raw.length, null);
        isEnded = got === 0;
        ready = encoder.encode(decoder.decode(raw.subarray(0, got), { stream: !isEnded }));
      }
      const piece = ready.subarray(0, length);
      into.set(piece, offset);
      ready = ready.subarray(piece.length);
      return piece.length;
    },
  };
}
