/** A run drawn in the terminal: the loss before its failure, and one line each for what moved with it. */

/** The part of a series that a drawing needs. */
export interface Curve {
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly track: {
    readonly length: number;
    readonly x: ArrayLike<number>;
    readonly min: ArrayLike<number>;
    readonly max: ArrayLike<number>;
    readonly nonFinite: ArrayLike<number>;
  };
}

export interface PlotOptions {
  /** Columns that may be used, 40 to 120. */
  readonly width: number;
  /** Rows of the loss itself. */
  readonly height?: number;
  readonly ascii?: boolean;
  /** Where the first non-finite value stands. */
  readonly failingStep?: number | null;
  /** What to call it there: `NaN`, `inf`. */
  readonly failingValue?: string;
}

interface Marks {
  readonly point: string;
  readonly bar: string;
  readonly fail: string;
  readonly foot: string;
  readonly side: string;
  readonly corner: string;
  readonly floor: string;
  readonly levels: string;
  readonly gap: string;
}

const UNICODE: Marks = {
  point: '•',
  bar: '│',
  fail: '┊',
  foot: '✗',
  side: '┤',
  corner: '└',
  floor: '─',
  levels: '▁▂▃▄▅▆▇█',
  gap: ' ',
};
const ASCII: Marks = {
  point: '*',
  bar: '|',
  fail: ':',
  foot: 'X',
  side: '|',
  corner: '+',
  floor: '-',
  levels: '_.-=+*%#',
  gap: ' ',
};

/** A number in at most seven characters. */
function label(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  const text = String(Number(value.toPrecision(4)));
  return text.length > 7 ? value.toExponential(1).replace('e+', 'e') : text;
}

/** A name that cannot disturb the drawing. */
function plain(text: string, most: number): string {
  const clean = Array.from(text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?'));
  return clean.length <= most ? clean.join('') : `${clean.slice(0, Math.max(0, most - 3)).join('')}...`;
}

interface Column {
  low: number;
  high: number;
  bad: boolean;
}

/** The points between two positions, gathered into columns. */
function columns(curve: Curve, from: number, to: number, width: number): Column[] {
  const result: Column[] = Array.from({ length: width }, () => ({
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
    bad: false,
  }));
  const { track } = curve;
  const span = to - from || 1;
  for (let at = 0; at < track.length; at += 1) {
    const x = track.x[at] as number;
    if (x < from || x > to) continue;
    const column = result[
      Math.min(width - 1, Math.max(0, Math.floor(((x - from) / span) * (width - 1) + 0.5)))
    ] as Column;
    const low = track.min[at] as number;
    const high = track.max[at] as number;
    if (Number.isFinite(low) && low < column.low) column.low = low;
    if (Number.isFinite(high) && high > column.high) column.high = high;
    if ((track.nonFinite[at] as number) > 0) column.bad = true;
  }
  return result;
}

const MAIN = ['loss', 'validation-loss', 'gradient-norm'];
const BESIDE = ['gradient-norm', 'rate', 'loss-scale'];

/**
 * Draws the most telling series and one line for each of the others. The failing step is marked; the picture ends a
 * little behind it. No line is wider than `width`; no series, no lines.
 */
export function plotLines(series: readonly Curve[], options: PlotOptions): string[] {
  const width = Math.max(40, Math.min(120, Math.floor(options.width)));
  const height = Math.max(3, Math.min(30, Math.floor(options.height ?? 8)));
  const marks = options.ascii ? ASCII : UNICODE;
  const main = pickMain(series);
  if (main === undefined) return [];
  const fail = options.failingStep ?? null;
  const { track } = main;
  const start = track.x[0] as number;
  const end = track.x[track.length - 1] as number;
  // Show what led to the failure, not the long flat NaN behind it.
  const isMarked = fail !== null && fail >= start && fail <= end + Math.abs(end - start) * 0.5 + 1;
  const to = isMarked ? Math.max(fail, Math.min(end, fail + (fail - start) * 0.1)) : end;
  const gutter = 8;
  const inner = width - gutter - 1;
  const cells = columns(main, start, to, inner);
  const lows = cells.map((cell) => cell.low).filter(Number.isFinite);
  const highs = cells.map((cell) => cell.high).filter(Number.isFinite);
  const lines: string[] = [];
  const failAt = isMarked
    ? Math.min(inner - 1, Math.floor(((fail - start) / (to - start || 1)) * (inner - 1) + 0.5))
    : -1;
  const word = options.failingValue ?? 'NaN';
  if (lows.length === 0) {
    lines.push(plain(`${main.name}: no finite value (${main.unit}s ${label(start)} to ${label(end)})`, width));
  } else {
    let low = Math.min(...lows);
    let high = Math.max(...highs);
    const isLog = low > 0 && high / low > 50;
    const scale = (value: number) => (isLog ? Math.log10(value) : value);
    if (low === high) {
      const room = Math.abs(low) * 0.1 || 1;
      if (!isLog) {
        low -= room;
        high += room;
      }
    }
    const bottom = scale(low);
    const range = scale(high) - bottom || 1;
    const rowOf = (value: number) =>
      Math.min(height - 1, Math.max(0, Math.round(((scale(value) - bottom) / range) * (height - 1))));
    const grid = Array.from({ length: height }, () => Array.from({ length: inner }, () => ' '));
    if (failAt >= 0) for (const row of grid) row[failAt] = marks.fail;
    cells.forEach((cell, column) => {
      if (!Number.isFinite(cell.low)) return;
      const from = rowOf(cell.low);
      const until = rowOf(cell.high);
      for (let row = from; row <= until; row += 1)
        (grid[row] as string[])[column] = from === until ? marks.point : marks.bar;
    });
    lines.push(plain(`${main.name}${isLog ? ' (log scale)' : ''}`, width));
    for (let row = height - 1; row >= 0; row -= 1) {
      const value = isLog ? 10 ** (bottom + (range * row) / (height - 1)) : bottom + (range * row) / (height - 1);
      const isLabelled = row === height - 1 || row === 0 || row === Math.floor((height - 1) / 2);
      const mark = isLabelled ? label(value).slice(0, gutter - 1) : '';
      lines.push(`${mark.padStart(gutter - 1)} ${marks.side}${(grid[row] as string[]).join('')}`.trimEnd());
    }
  }
  const floor = Array.from({ length: inner }, () => marks.floor);
  if (failAt >= 0) floor[failAt] = marks.foot;
  lines.push(`${' '.repeat(gutter)}${marks.corner}${floor.join('')}`.slice(0, width));
  lines.push(axis(start, to, failAt, fail, word, main.unit, gutter + 1, inner));
  for (const kind of BESIDE) {
    const beside = series.find(
      (one) =>
        one.kind === kind && one !== main && one.track.length > 1 && one.unit === main.unit && isWithin(one, start, to),
    );
    if (beside !== undefined) lines.push(...spark(beside, start, to, inner, gutter, width, marks));
  }
  return lines;
}

function isWithin(curve: Curve, from: number, to: number): boolean {
  const { track } = curve;
  return (track.x[track.length - 1] as number) >= from && (track.x[0] as number) <= to;
}

function pickMain(series: readonly Curve[]): Curve | undefined {
  for (const kind of MAIN) {
    const of = series.filter((one) => one.kind === kind && one.track.length > 1);
    const withFailure = of.filter((one) =>
      Array.from({ length: one.track.length }, (_, at) => one.track.nonFinite[at] as number).some((count) => count > 0),
    );
    const candidates = withFailure.length > 0 ? withFailure : of;
    const total =
      candidates.find(
        (one) =>
          /(?:^|[^a-z])(?:total_)?loss$/i.test(one.name) &&
          !/_loss$/i.test(one.name.replace(/total_loss|train_loss/i, '')),
      ) ?? candidates.find((one) => /loss/i.test(one.name));
    const best = total ?? candidates[0];
    if (best !== undefined) return best;
  }
  return undefined;
}

function axis(
  start: number,
  to: number,
  failAt: number,
  fail: number | null,
  word: string,
  unit: string,
  offset: number,
  inner: number,
): string {
  const cells = Array.from({ length: inner }, () => ' ');
  const write = (text: string, at: number) => {
    const from = Math.max(0, Math.min(inner - text.length, at));
    for (let index = 0; index < text.length && from + index < inner; index += 1)
      cells[from + index] = text[index] as string;
  };
  write(label(start), 0);
  if (failAt >= 0 && fail !== null) {
    const text = `${plain(word, 8)} at ${unit} ${label(fail)}`;
    write(text, failAt - text.length + 1);
  } else {
    const text = `${unit} ${label(to)}`;
    write(text, inner - text.length);
  }
  return `${' '.repeat(offset)}${cells.join('')}`.trimEnd();
}

/** Two lines: what it is and between which values, then its course under the same axis as the loss. */
function spark(
  curve: Curve,
  start: number,
  to: number,
  inner: number,
  gutter: number,
  width: number,
  marks: Marks,
): string[] {
  const cells = columns(curve, start, to, inner);
  const values = cells.flatMap((cell) => (Number.isFinite(cell.high) ? [cell.high] : []));
  const margin = ' '.repeat(gutter + 1);
  if (values.length === 0) return [`${margin}${plain(`${curve.name}: no finite value`, inner)}`.slice(0, width)];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const isLog = low > 0 && high / low > 50;
  const scale = (value: number) => (isLog ? Math.log10(value) : value);
  const levels = Array.from(marks.levels);
  let held = marks.gap;
  const drawn = cells
    .map((cell) => {
      if (cell.bad) return marks.foot;
      if (!Number.isFinite(cell.high)) return held === marks.foot ? marks.gap : held;
      held =
        levels[Math.round(((scale(cell.high) - scale(low)) / (scale(high) - scale(low) || 1)) * (levels.length - 1))] ??
        marks.gap;
      return held;
    })
    .join('');
  const range = low === high ? label(low) : `${label(low)} to ${label(high)}${isLog ? ', log scale' : ''}`;
  return [`${margin}${plain(`${curve.name}: ${range}`, inner)}`, `${margin}${drawn}`.trimEnd()];
}
