import { Collector } from './collect.ts';
import { mainLoss } from './detect.ts';
import type { FirstNonFinite } from './reading.ts';
import { recognise } from './recognise.ts';
import type { Series } from './series.ts';
import type { Signs } from './signs.ts';
import type { ByteSource } from './source.ts';
import { PADDING } from './template.ts';
import { TextReader } from './text.ts';

const WINDOWS = 64;
const WINDOW = 1 << 15;
/** A file this small is read whole in no time. */
const WORTH_IT = 32 << 20;

/** A first idea of a large log: its course, and where it seems to have failed. */
export interface RunPreview {
  readonly series: readonly Series[];
  /** Approximate: a non-finite value that passed between two looks is not seen. The full pass settles it. */
  readonly firstNonFinite: FirstNonFinite | null;
  readonly looks: number;
}

/**
 * Looks at a large log in a few dozen places and, where the end is not finite, halves its way to the beginning of that.
 * `null` for what cannot be sampled: small files, pipes, compressed and binary ones.
 */
export async function previewRun(source: ByteSource, signs: Signs): Promise<RunPreview | null> {
  const { size } = source;
  if (size === null || size < WORTH_IT) return null;
  const buffer = new Uint8Array(WINDOW + PADDING * 2);
  const view = new DataView(buffer.buffer);
  const fill = async (position: number) => {
    let have = 0;
    while (have < WINDOW) {
      const got = await source.read(buffer, have, WINDOW - have, position + have);
      if (got === 0) break;
      have += got;
    }
    return have;
  };
  const first = await fill(0);
  const kind = recognise(buffer.slice(0, first), source.path).kind;
  if (kind !== 'text') return null;
  const course = new Collector(source.path, null);
  const reader = new TextReader(course, signs, false);
  let looks = 0;
  /** Reads one window, from behind its first newline to its last; returns whether a loss there is not finite. */
  const look = async (position: number, into: TextReader, collector: Collector): Promise<boolean> => {
    const have = await fill(position);
    looks += 1;
    const from = position === 0 ? 0 : buffer.indexOf(10) + 1;
    const to = buffer.subarray(0, have).lastIndexOf(10) + 1;
    if (to <= from) return false;
    const before = badLosses(collector);
    into.consume(buffer, view, from, to);
    return badLosses(collector) > before;
  };
  let lastGood = 0;
  let firstBad = -1;
  for (let window = 0; window < WINDOWS; window += 1) {
    const position = Math.floor(((size - WINDOW) * window) / (WINDOWS - 1));
    if (await look(position, reader, course)) {
      if (firstBad < 0) firstBad = position;
    } else if (firstBad < 0) lastGood = position;
  }
  reader.finish();
  const series = [...course.series.values()].filter((one) => one.points > 0).map((one) => one.finished(source.path));
  if (firstBad < 0) return { series, firstNonFinite: null, looks };
  // Between the last sound window and the first bad one.
  let found: Collector | null = null;
  while (firstBad - lastGood > WINDOW / 2) {
    const middle = Math.floor((lastGood + firstBad) / 2);
    const collector = new Collector(source.path, null);
    if (await look(middle, new TextReader(collector, signs, false), collector)) {
      firstBad = middle;
      found = collector;
    } else lastGood = middle;
  }
  if (found === null) {
    found = new Collector(source.path, null);
    await look(firstBad, new TextReader(found, signs, false), found);
  }
  const failed = [...found.series.values()].filter((one) => one.badValue !== null);
  // A logger may hide the loss, not the gradient.
  const bad =
    mainLoss(failed.filter((one) => one.kind === 'loss')) ?? failed.find((one) => one.kind === 'gradient-norm') ?? null;
  if (bad === null || bad.badValue === null) return { series, firstNonFinite: null, looks };
  return {
    series,
    firstNonFinite: { step: bad.badX, series: bad.name, value: bad.badValue, source: source.path },
    looks,
  };
}

function badLosses(collector: Collector): number {
  let bad = 0;
  for (const one of collector.series.values())
    if (one.kind === 'loss' || one.kind === 'gradient-norm') bad += one.nonFinite;
  return bad;
}
