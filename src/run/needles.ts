/** A literal that a reader needs in a line, and the number of that reader. */
export interface Needle {
  readonly literal: string;
  readonly owner: number;
}

/** Letters that seldom stand in noise make a good trigram. In thousandths, roughly as English has them. */
const FREQUENCY: Readonly<Record<string, number>> = {
  e: 120,
  t: 90,
  a: 80,
  i: 75,
  n: 75,
  o: 75,
  s: 70,
  r: 68,
  h: 50,
  d: 40,
  l: 40,
  u: 28,
  c: 30,
  m: 26,
  f: 24,
  w: 20,
  y: 18,
  g: 18,
  p: 20,
  b: 14,
  v: 10,
  k: 8,
  x: 3,
  q: 2,
  j: 2,
  z: 2,
};

function commonness(trigram: string): number {
  let product = 1;
  for (const character of trigram) {
    product *= FREQUENCY[character.toLowerCase()] ?? (/[0-9]/.test(character) ? 60 : character === ' ' ? 120 : 30);
  }
  return product;
}

/** Five bits of each of three characters. */
function slotOf(text: string, at: number): number {
  return ((text.charCodeAt(at) & 31) << 10) | ((text.charCodeAt(at + 1) & 31) << 5) | (text.charCodeAt(at + 2) & 31);
}

/** A literal filed under one of its trigrams. */
interface Filed {
  readonly literal: string;
  readonly bytes: Uint8Array;
  /** From the beginning of the literal to behind its trigram. */
  readonly back: number;
  readonly owners: number[];
}

/**
 * Finds any of many literals in one pass: each is filed under its rarest trigram, and only where that trigram stands is
 * the literal compared. A line that holds none of them is left alone at the cost of one table look-up a byte.
 */
export class Needles {
  private readonly table = new Uint16Array(32768);
  private readonly buckets: Filed[][] = [[]];
  private readonly ownerCount: number;

  /** @throws {RangeError} for a literal of less than three characters, or with any that is not ASCII */
  constructor(needles: readonly Needle[]) {
    const filed = new Map<string, Filed>();
    let most = 0;
    for (const { literal, owner } of needles) {
      most = Math.max(most, owner + 1);
      const known = filed.get(literal);
      if (known !== undefined) {
        if (!known.owners.includes(owner)) known.owners.push(owner);
        continue;
      }
      if (literal.length < 3 || !/^[\x20-\x7e]*$/.test(literal))
        throw new RangeError(`"${literal}" is no literal of three or more ASCII characters`);
      let best = 0;
      for (let at = 1; at + 3 <= literal.length; at += 1) {
        if (commonness(literal.slice(at, at + 3)) < commonness(literal.slice(best, best + 3))) best = at;
      }
      const entry: Filed = { literal, bytes: new TextEncoder().encode(literal), back: best + 3, owners: [owner] };
      filed.set(literal, entry);
      const slot = slotOf(literal, best);
      let bucket = this.table[slot] as number;
      if (bucket === 0) {
        bucket = this.buckets.length;
        this.table[slot] = bucket;
        this.buckets.push([]);
      }
      (this.buckets[bucket] as Filed[]).push(entry);
    }
    this.ownerCount = most;
  }

  /** Whether the bytes hold a literal, or a control character that could hide one. */
  isIn(bytes: Uint8Array, from: number, to: number): boolean {
    const { table } = this;
    let hash = 0;
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] as number;
      if (byte < 32 && byte !== 9) return true;
      hash = ((hash << 5) | (byte & 31)) & 32767;
      const bucket = table[hash] as number;
      if (bucket !== 0 && this.standsAt(bucket, bytes, from, at + 1, to)) return true;
    }
    return false;
  }

  private standsAt(bucket: number, bytes: Uint8Array, from: number, behind: number, to: number): boolean {
    next: for (const entry of this.buckets[bucket] as Filed[]) {
      const start = behind - entry.back;
      const literal = entry.bytes;
      if (start < from || start + literal.length > to) continue;
      for (let index = 0; index < literal.length; index += 1)
        if (bytes[start + index] !== literal[index]) continue next;
      return true;
    }
    return false;
  }

  /** A flag for each owner: whether one of its literals stands in the text. */
  owners(text: string): Uint8Array {
    const found = new Uint8Array(this.ownerCount);
    const { table } = this;
    let hash = 0;
    for (let at = 0; at < text.length; at += 1) {
      hash = ((hash << 5) | (text.charCodeAt(at) & 31)) & 32767;
      const bucket = table[hash] as number;
      if (bucket === 0) continue;
      for (const { literal, back, owners } of this.buckets[bucket] as Filed[]) {
        if (text.startsWith(literal, at + 1 - back)) for (const owner of owners) found[owner] = 1;
      }
    }
    return found;
  }
}
