import { printable } from '../untrusted.ts';
import { type SeriesKind, seriesKind } from './names.ts';
import { isFiniteValue, type NonFinite, nonFiniteName } from './number.ts';

/** What the position of a point counts. */
export type Unit = 'step' | 'epoch' | 'record';

/** A course in at most `BUCKETS` pieces. Smallest and largest value are kept, so a spike never disappears. */
export interface Track {
  readonly length: number;
  /** Position of the first point of each piece. */
  readonly x: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  /** Non-finite points in each piece. */
  readonly nonFinite: Float64Array;
}

/** One quantity over the run, in bounded memory. */
export interface Series {
  readonly name: string;
  readonly kind: SeriesKind;
  readonly file: string;
  readonly format: string;
  readonly rank: number | null;
  readonly unit: Unit;
  readonly points: number;
  readonly first: number | null;
  readonly firstX: number | null;
  readonly last: number | null;
  readonly lastX: number | null;
  /** Over the finite values; `null` when there is none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly nonFinite: number;
  readonly firstNonFinite: { readonly x: number; readonly line: number; readonly value: NonFinite } | null;
  /** Restarts split a series; nothing is merged across them. */
  readonly segments: number;
  readonly track: Track;
}

const BUCKETS = 512;
const RING = 256;
const HEAD = 24;
/** A series starts with this much room: most of the many series of a large run are short. */
const SMALL = 32;

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Collects one series. The inner loop of every reader, so it is written plainly. */
export class SeriesRecorder {
  readonly kind: SeriesKind;
  unit: Unit = 'record';
  points = 0;
  nonFinite = 0;
  first = Number.NaN;
  firstX = Number.NaN;
  firstLine = 0;
  last = Number.NaN;
  lastX = Number.NaN;
  lastLine = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** First non-finite value of the file. */
  badX = Number.NaN;
  badLine = 0;
  badValue: NonFinite | null = null;
  /** Segment of the first non-finite value, and how many points of it came before. */
  badSegment = 0;
  badPoint = 0;
  badEpoch: number | null = null;
  /** Where the position stood within the epoch at the first non-finite value. */
  badAt: number | null = null;
  badOf: number | null = null;
  finiteAfterBad = 0;
  nanCount = 0;
  segments = 1;
  segmentStartPoint = 0;
  /** The first values, and the last ones before the first non-finite value or the end. */
  readonly headX = new Float64Array(HEAD);
  readonly headValue = new Float64Array(HEAD);
  ringX = new Float64Array(SMALL);
  ringValue = new Float64Array(SMALL);
  ringCount = 0;
  /** Trailing run of exact zeros. */
  zeroRun = 0;
  zeroX = Number.NaN;
  zeroLine = 0;
  smallestBeforeZero = Number.POSITIVE_INFINITY;
  nonZero = 0;
  /** Trailing run of one repeated value. */
  sameRun = 0;
  sameX = Number.NaN;
  longestRun = 0;
  longestValue = Number.NaN;
  longestX = Number.NaN;
  /** Records that should have held the value and did not, since the last one that did. */
  missing = 0;
  missingX = Number.NaN;
  missingLine = 0;
  longestGap = 0;

  readonly name: string;
  readonly rank: number | null;
  readonly format: string;
  private used = 0;
  private perBucket = 1;
  private inBucket = 0;
  private frozen = false;
  private bx = new Float64Array(SMALL);
  private bmin = new Float64Array(SMALL);
  private bmax = new Float64Array(SMALL);
  private bsum = new Float64Array(SMALL);
  private bcount = new Float64Array(SMALL);
  private bbad = new Float64Array(SMALL);

  constructor(name: string, format: string, rank: number | null) {
    this.name = printable(name, 80);
    this.format = format;
    this.rank = rank;
    this.kind = seriesKind(name);
  }

  /** Takes the next point. Returns whether it is the first non-finite one. */
  add(x: number, value: number, line: number): boolean {
    if (x < this.lastX) this.restart();
    const isGood = value < 3.4e38 && value > -3.4e38 ? true : isFiniteValue(value);
    if (this.points === 0) {
      this.first = value;
      this.firstX = x;
      this.firstLine = line;
    }
    if (this.missing > 0) {
      if (this.missing > this.longestGap) this.longestGap = this.missing;
      this.missing = 0;
    }
    if (value === this.last) {
      this.sameRun += 1;
      if (this.sameRun > this.longestRun) {
        this.longestRun = this.sameRun;
        this.longestValue = value;
        this.longestX = this.sameX;
      }
    } else {
      this.sameRun = 1;
      this.sameX = x;
    }
    this.points += 1;
    this.last = value;
    this.lastX = x;
    this.lastLine = line;
    let isFirstBad = false;
    if (isGood) {
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (value === 0) {
        if (this.zeroRun === 0) {
          this.zeroX = x;
          this.zeroLine = line;
        }
        this.zeroRun += 1;
      } else {
        this.zeroRun = 0;
        this.nonZero += 1;
        const size = value < 0 ? -value : value;
        if (size < this.smallestBeforeZero) this.smallestBeforeZero = size;
      }
      if (this.nonFinite > 0) this.finiteAfterBad += 1;
      else {
        const count = this.ringCount;
        if (count < HEAD) {
          this.headX[count] = x;
          this.headValue[count] = value;
        }
        if (count === this.ringX.length && count < RING) {
          this.ringX = doubled(this.ringX);
          this.ringValue = doubled(this.ringValue);
        }
        this.ringX[count & (RING - 1)] = x;
        this.ringValue[count & (RING - 1)] = value;
        this.ringCount = count + 1;
      }
    } else {
      this.zeroRun = 0;
      if (Number.isNaN(value)) this.nanCount += 1;
      if (this.nonFinite === 0) {
        isFirstBad = true;
        this.badX = x;
        this.badLine = line;
        this.badValue = nonFiniteName(value);
        this.badSegment = this.segments;
        this.badPoint = this.points - this.segmentStartPoint;
      }
      this.nonFinite += 1;
    }
    if (!this.frozen) this.bucket(x, value, isGood);
    return isFirstBad;
  }

  /** A record came that should have held this series and did not. */
  skip(x: number, line: number): void {
    if (this.missing === 0) {
      this.missingX = x;
      this.missingLine = line;
    }
    this.missing += 1;
  }

  private restart(): void {
    this.segments += 1;
    this.segmentStartPoint = this.points;
    if (this.nonFinite > 0) {
      // The course that failed is the one worth showing.
      this.frozen = true;
      return;
    }
    this.used = 0;
    this.perBucket = 1;
    this.inBucket = 0;
    this.ringCount = 0;
  }

  private bucket(x: number, value: number, isGood: boolean): void {
    if (this.inBucket === 0) {
      if (this.used === BUCKETS) this.halve();
      else if (this.used === this.bx.length) this.grow();
      const at = this.used;
      this.bx[at] = x;
      this.bmin[at] = Number.POSITIVE_INFINITY;
      this.bmax[at] = Number.NEGATIVE_INFINITY;
      this.bsum[at] = 0;
      this.bcount[at] = 0;
      this.bbad[at] = 0;
      this.used = at + 1;
    }
    const at = this.used - 1;
    if (isGood) {
      if (value < (this.bmin[at] as number)) this.bmin[at] = value;
      if (value > (this.bmax[at] as number)) this.bmax[at] = value;
      this.bsum[at] = (this.bsum[at] as number) + value;
      this.bcount[at] = (this.bcount[at] as number) + 1;
    } else this.bbad[at] = (this.bbad[at] as number) + 1;
    this.inBucket += 1;
    if (this.inBucket === this.perBucket) this.inBucket = 0;
  }

  private grow(): void {
    this.bx = doubled(this.bx);
    this.bmin = doubled(this.bmin);
    this.bmax = doubled(this.bmax);
    this.bsum = doubled(this.bsum);
    this.bcount = doubled(this.bcount);
    this.bbad = doubled(this.bbad);
  }

  private halve(): void {
    for (let to = 0; to < BUCKETS / 2; to += 1) {
      const a = to * 2;
      const b = a + 1;
      this.bx[to] = this.bx[a] as number;
      this.bmin[to] = Math.min(this.bmin[a] as number, this.bmin[b] as number);
      this.bmax[to] = Math.max(this.bmax[a] as number, this.bmax[b] as number);
      this.bsum[to] = (this.bsum[a] as number) + (this.bsum[b] as number);
      this.bcount[to] = (this.bcount[a] as number) + (this.bcount[b] as number);
      this.bbad[to] = (this.bbad[a] as number) + (this.bbad[b] as number);
    }
    this.used = BUCKETS / 2;
    this.perBucket *= 2;
  }

  /** The finite values before the first non-finite one (or the end), oldest first; at most the last 256. */
  before(): { x: number[]; value: number[] } {
    const count = Math.min(RING, this.ringCount);
    const x: number[] = [];
    const value: number[] = [];
    for (let back = count; back > 0; back -= 1) {
      const at = (this.ringCount - back) & (RING - 1);
      x.push(this.ringX[at] as number);
      value.push(this.ringValue[at] as number);
    }
    return { x, value };
  }

  /** The very first finite values, at most 24. */
  head(): { x: number[]; value: number[] } {
    const count = Math.min(HEAD, this.ringCount);
    return { x: Array.from(this.headX.subarray(0, count)), value: Array.from(this.headValue.subarray(0, count)) };
  }

  finished(file: string): Series {
    const length = this.used;
    const mean = new Float64Array(length);
    for (let at = 0; at < length; at += 1) {
      const count = this.bcount[at] as number;
      mean[at] = count === 0 ? Number.NaN : (this.bsum[at] as number) / count;
    }
    return {
      name: this.name,
      kind: this.kind,
      file,
      format: this.format,
      rank: this.rank,
      unit: this.unit,
      points: this.points,
      first: this.points === 0 ? null : this.first,
      firstX: this.points === 0 ? null : this.firstX,
      last: this.points === 0 ? null : this.last,
      lastX: this.points === 0 ? null : this.lastX,
      min: this.min === Number.POSITIVE_INFINITY ? null : this.min,
      max: this.max === Number.NEGATIVE_INFINITY ? null : this.max,
      nonFinite: this.nonFinite,
      firstNonFinite: this.badValue === null ? null : { x: this.badX, line: this.badLine, value: this.badValue },
      segments: this.segments,
      track: {
        length,
        x: this.bx.slice(0, length),
        min: this.bmin.slice(0, length),
        max: this.bmax.slice(0, length),
        mean,
        nonFinite: this.bbad.slice(0, length),
      },
    };
  }
}
