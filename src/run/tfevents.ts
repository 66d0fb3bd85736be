/** TensorBoard event files: framed protobuf records, read without any library. */

/** A scalar found in an event file. */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

const LONGEST_RECORD = 1 << 22;
const CRC_TABLE = crcTable();

function crcTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    table[index] = value >>> 0;
  }
  return table;
}

/** The masked CRC-32C of TensorFlow records. */
export function maskedCrc(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0xffffffff;
  for (let at = from; at < to; at += 1) crc = (CRC_TABLE[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Whether the bytes start with a record of an event file. */
export function looksLikeEvents(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  return (
    view.getUint32(4, true) === 0 && length > 0 && length < 4096 && view.getUint32(8, true) === maskedCrc(bytes, 0, 8)
  );
}

/** Reads event records from bytes that come in pieces. */
export class EventReader {
  records = 0;
  /** Records whose checksum was wrong; they were passed over. */
  damaged = 0;
  /** Records too large to be scalars. */
  skipped = 0;
  /** The framing was lost: reading stopped here. */
  isLost = false;
  private held = new Uint8Array(1 << 16);
  private size = 0;
  /** Bytes of a large record still to be passed over. */
  private toSkip = 0;
  private readonly decoder = new TextDecoder();
  private readonly onScalar: (event: ScalarEvent, record: number) => void;

  constructor(onScalar: (event: ScalarEvent, record: number) => void) {
    this.onScalar = onScalar;
  }

  /** Bytes that were read but did not make a whole record: the tail of a run that is still writing. */
  get left(): number {
    return this.size;
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    if (this.isLost) return;
    if (this.toSkip > 0) {
      from = Math.min(this.toSkip, bytes.length);
      this.toSkip -= from;
      if (from === bytes.length) return;
    }
    const needed = this.size + bytes.length - from;
    if (needed > this.held.length) {
      const larger = new Uint8Array(Math.max(needed, this.held.length * 2));
      larger.set(this.held.subarray(0, this.size));
      this.held = larger;
    }
    this.held.set(bytes.subarray(from), this.size);
    this.size = needed;
    this.drain();
  }

  private drain(): void {
    const bytes = this.held;
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (this.size - at >= 12) {
      const low = view.getUint32(at, true);
      const high = view.getUint32(at + 4, true);
      if (view.getUint32(at + 8, true) !== maskedCrc(bytes, at, at + 8)) {
        this.isLost = true;
        break;
      }
      const length = high * 4294967296 + low;
      if (length > LONGEST_RECORD) {
        this.skipped += 1;
        const rest = length + 16 - (this.size - at);
        if (rest >= 0) {
          this.toSkip = rest;
          at = this.size;
          break;
        }
        at += length + 16;
        continue;
      }
      if (this.size - at < length + 16) break;
      const start = at + 12;
      const end = start + length;
      if (view.getUint32(end, true) === maskedCrc(bytes, start, end)) {
        this.event(bytes, view, start, end);
        this.records += 1;
      } else this.damaged += 1;
      at = end + 4;
    }
    if (at > 0) {
      bytes.copyWithin(0, at, this.size);
      this.size -= at;
    }
  }

  private event(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    let step = 0;
    let summaryAt = -1;
    let summaryEnd = -1;
    const cursor = new Cursor(bytes, from, to);
    while (cursor.next()) {
      if (cursor.field === 2 && cursor.wire === 0) step = cursor.number;
      else if (cursor.field === 5 && cursor.wire === 2) {
        summaryAt = cursor.start;
        summaryEnd = cursor.end;
      }
    }
    if (summaryAt < 0) return;
    const values = new Cursor(bytes, summaryAt, summaryEnd);
    while (values.next())
      if (values.field === 1 && values.wire === 2) this.value(bytes, view, values.start, values.end, step);
  }

  private value(bytes: Uint8Array, view: DataView, from: number, to: number, step: number): void {
    let tag = '';
    let value: number | null = null;
    const cursor = new Cursor(bytes, from, to);
    while (cursor.next()) {
      if (cursor.field === 1 && cursor.wire === 2)
        tag = this.decoder.decode(bytes.subarray(cursor.start, Math.min(cursor.end, cursor.start + 200)));
      else if (cursor.field === 2 && cursor.wire === 5) value = view.getFloat32(cursor.start, true);
      else if (cursor.field === 8 && cursor.wire === 2)
        value = tensorScalar(bytes, view, cursor.start, cursor.end) ?? value;
    }
    if (tag !== '' && value !== null) this.onScalar({ tag, step, value }, this.records + 1);
  }
}

/** The value of a tensor with one element; `null` for text, images and larger ones. */
function tensorScalar(bytes: Uint8Array, view: DataView, from: number, to: number): number | null {
  let type = 0;
  let contentAt = -1;
  let contentSize = 0;
  let value: number | null = null;
  let count = 0;
  const cursor = new Cursor(bytes, from, to);
  while (cursor.next()) {
    if (cursor.field === 1 && cursor.wire === 0) type = cursor.number;
    else if (cursor.field === 4 && cursor.wire === 2) {
      contentAt = cursor.start;
      contentSize = cursor.end - cursor.start;
    } else if (cursor.field === 5) {
      count += cursor.wire === 2 ? (cursor.end - cursor.start) / 4 : 1;
      if (cursor.wire === 5 || (cursor.wire === 2 && cursor.end - cursor.start >= 4))
        value = view.getFloat32(cursor.start, true);
    } else if (cursor.field === 6) {
      count += cursor.wire === 2 ? (cursor.end - cursor.start) / 8 : 1;
      if (cursor.wire === 1 || (cursor.wire === 2 && cursor.end - cursor.start >= 8))
        value = view.getFloat64(cursor.start, true);
    }
  }
  if (value !== null) return count === 1 ? value : null;
  if (contentAt < 0) return null;
  if (type === 1 && contentSize === 4) return view.getFloat32(contentAt, true);
  if (type === 2 && contentSize === 8) return view.getFloat64(contentAt, true);
  if (type === 19 && contentSize === 2) return halfToNumber(view.getUint16(contentAt, true));
  return null;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Steps over the fields of a protobuf message; stops quietly where it makes no sense. */
class Cursor {
  field = 0;
  wire = 0;
  number = 0;
  start = 0;
  end = 0;
  private readonly bytes: Uint8Array;
  private at: number;
  private readonly to: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  next(): boolean {
    if (this.at >= this.to) return false;
    const key = this.varint();
    if (key < 0) return false;
    this.field = Math.floor(key / 8);
    this.wire = key % 8;
    this.start = this.at;
    switch (this.wire) {
      case 0:
        this.number = this.varint();
        this.end = this.at;
        return this.at <= this.to;
      case 1:
        this.end = this.at + 8;
        break;
      case 5:
        this.end = this.at + 4;
        break;
      case 2: {
        const length = this.varint();
        this.start = this.at;
        if (length < 0) return false;
        this.end = this.at + length;
        break;
      }
      default:
        return false;
    }
    if (this.end > this.to) return false;
    this.at = this.end;
    return true;
  }

  /** Signed 64-bit values as far as a double holds them. -1 also when the bytes end. */
  private varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.to) return -1;
      const byte = this.bytes[this.at] as number;
      this.at += 1;
      if (shift < 28) low += (byte & 127) * 2 ** shift;
      else high += (byte & 127) * 2 ** (shift - 28);
      if (byte < 128) {
        const value = high * 268435456 + low;
        return value >= 2 ** 63 ? value - 2 ** 64 : value;
      }
    }
    return -1;
  }
}
