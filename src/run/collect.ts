import { type SeriesKind, STEP_NAMES, seriesKind } from './names.ts';
import type { LineFormat, LogRecord } from './record.ts';
import { SeriesRecorder, type Unit } from './series.ts';
import type { Sign } from './signs.ts';

/** A sign that was seen, where first, and how often. */
export interface Sighting {
  readonly sign: Sign;
  readonly line: number;
  readonly text: string;
  readonly groups: Readonly<Record<string, string | undefined>>;
  count: number;
  lastLine: number;
}

/** A setting of the run: from a configuration file, or a dump of one in the log. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** What one format's lines have said so far. */
interface Context {
  readonly format: LineFormat;
  step: number | null;
  epoch: number | null;
  firstEpoch: number;
  base: number;
  lastAt: number;
  accumulated: number | null;
  names: string[];
  values: number[];
  tableLine: number;
}

export const MOST_SERIES = 256;
const MOST_SIGHTINGS = 400;
const MOST_SETTINGS = 4000;

/** The series that a record of this format should hold and does not. */
export function absent(format: LineFormat, record: LogRecord): readonly string[] {
  if (format.expects === undefined || record.names.length === 0 || record.names.length === format.expects.length)
    return [];
  return format.expects.filter((name) => !record.names.includes(name));
}

/** Joins what the lines of one file say: positions, tables, restarts, ranks. */
export class Collector {
  readonly path: string;
  readonly rankOfFile: number | null;
  readonly series = new Map<string, SeriesRecorder>();
  readonly sightings = new Map<string, Sighting>();
  readonly settings: Setting[] = [];
  readonly formats = new Map<string, number>();
  readonly formatOf = new Map<string, LineFormat>();
  readonly ranks = new Set<number>();
  readonly notes: string[] = [];
  /** Set by `place`. */
  x: number | null = null;
  unit: Unit = 'record';
  epochNow: number | null = null;
  atNow: number | null = null;
  ofNow: number | null = null;
  lineNow = 0;
  droppedSeries = false;
  private readonly contexts = new Map<string, Context>();
  private readonly kinds = new Map<string, SeriesKind>();

  private readonly mostSeries: number;

  constructor(path: string, rankOfFile: number | null, mostSeries = MOST_SERIES) {
    this.mostSeries = mostSeries;
    this.path = path;
    this.rankOfFile = rankOfFile;
  }

  /** The recorder of a series, or `null` for what is not worth following (times, sizes, counters). */
  recorder(name: string, format: LineFormat, rank: number | null): SeriesRecorder | null {
    let kind = this.kinds.get(name);
    if (kind === undefined) {
      kind = seriesKind(name);
      if (this.kinds.size < 4096) this.kinds.set(name, kind);
    }
    if (kind === 'ignored') return null;
    const key = rank === null ? name : `${name}\u0000${rank}`;
    let found = this.series.get(key);
    if (found === undefined) {
      if (this.series.size >= this.mostSeries) {
        this.droppedSeries = true;
        return null;
      }
      found = new SeriesRecorder(name, format.id, rank ?? this.rankOfFile);
      this.series.set(key, found);
      if (rank !== null && this.ranks.size < 65536) this.ranks.add(rank);
    }
    return found;
  }

  /** Counts a line of a format. */
  tally(format: LineFormat): void {
    const count = this.formats.get(format.id);
    if (count === undefined) this.formatOf.set(format.id, format);
    this.formats.set(format.id, (count ?? 0) + 1);
  }

  context(format: LineFormat): Context {
    let context = this.contexts.get(format.id);
    if (context === undefined) {
      context = {
        format,
        step: null,
        epoch: null,
        firstEpoch: format.firstEpoch ?? 1,
        base: 0,
        lastAt: 0,
        accumulated: null,
        names: [],
        values: [],
        tableLine: 0,
      };
      this.contexts.set(format.id, context);
    }
    return context;
  }

  /** Works out where a record stands: sets `x` (`null`: count the points) and `unit`. */
  place(
    format: LineFormat,
    context: Context,
    step: number | null,
    epoch: number | null,
    at: number | null,
    of: number | null,
  ): void {
    if (epoch !== null) {
      if (context.epoch === null && format.firstEpoch === null) context.firstEpoch = epoch < 1 ? 0 : 1;
      context.epoch = epoch;
    }
    this.epochNow = context.epoch;
    this.atNow = at;
    this.ofNow = of;
    if (step !== null) {
      context.step = step;
      this.x = step;
      this.unit = 'step';
      return;
    }
    if (at !== null) {
      const now = epoch ?? context.epoch;
      this.unit = 'step';
      if (of !== null && of > 0) {
        this.x = (now === null ? 0 : now - context.firstEpoch) * of + at;
        return;
      }
      // The length of an epoch is unknown: go on counting where the last one ended.
      if (now !== context.accumulated) {
        if (at <= context.lastAt) context.base += context.lastAt;
        context.accumulated = now;
      }
      context.lastAt = at;
      this.x = context.base + at;
      return;
    }
    if (format.counted) {
      this.x = null;
      this.unit = 'record';
    } else if (format.carries && context.step !== null) {
      this.x = context.step;
      this.unit = 'step';
    } else if (epoch !== null || (format.carries && context.epoch !== null)) {
      this.x = epoch ?? context.epoch;
      this.unit = 'epoch';
    } else {
      this.x = null;
      this.unit = 'record';
    }
  }

  /** Adds one value at the place last worked out. */
  put(recorder: SeriesRecorder, value: number, line: number): void {
    if (recorder.points === 0) recorder.unit = this.unit;
    // Without a place of its own a value stands where the last one of its series stood; where none has a place, they are counted.
    const x = this.x ?? (recorder.unit === 'record' ? recorder.points + 1 : recorder.lastX);
    const isFirstBad = recorder.add(x, value, line);
    if (isFirstBad) {
      recorder.badEpoch = this.epochNow;
      recorder.badAt = this.atNow;
      recorder.badOf = this.ofNow;
    }
  }

  /** Takes what a line said. */
  accept(record: LogRecord, format: LineFormat, line: number): void {
    const context = this.context(format);
    if (record.part !== undefined) {
      this.acceptPart(record, format, context, line);
      return;
    }
    this.tally(format);
    this.place(format, context, record.step, record.epoch, record.at, record.of);
    const { names, values, rank } = record;
    for (let index = 0; index < names.length; index += 1) {
      const recorder = this.recorder(names[index] as string, format, rank);
      if (recorder !== null) this.put(recorder, values[index] as number, line);
    }
    for (const name of absent(format, record)) this.recorder(name, format, rank)?.skip(this.x ?? line, line);
  }

  private acceptPart(record: LogRecord, format: LineFormat, context: Context, line: number): void {
    if (record.part === 'row') {
      if (context.names.length === 0) context.tableLine = line;
      if (context.names.length < 256) {
        context.names.push(record.names[0] as string);
        context.values.push(record.values[0] as number);
      }
      return;
    }
    if (context.names.length === 0) return;
    const bare = context.names.map((name) => name.trim());
    const stepName = STEP_NAMES.find((name) => bare.includes(name));
    const isReport =
      stepName !== undefined || bare.some((name) => !['unknown', 'metric', 'ignored'].includes(seriesKind(name)));
    if (!isReport) {
      // Somebody's table of results.
      context.names = [];
      context.values = [];
      return;
    }
    this.tally(format);
    const step = stepName === undefined ? null : (context.values[bare.indexOf(stepName)] ?? null);
    this.place(format, context, step, null, null, null);
    for (let index = 0; index < bare.length; index += 1) {
      const recorder = this.recorder(bare[index] as string, format, record.rank);
      if (recorder !== null) this.put(recorder, context.values[index] as number, context.tableLine);
    }
    context.names = [];
    context.values = [];
  }

  /** Closes tables that the file left open. */
  finish(): void {
    for (const context of this.contexts.values()) {
      const { format } = context;
      if (format.table && context.names.length > 0)
        this.acceptPart(
          { step: null, epoch: null, at: null, of: null, rank: null, names: [], values: [], part: 'rule' },
          format,
          context,
          this.lineNow,
        );
    }
  }

  /** Counts a sign; the first sighting of each wording keeps its text. */
  see(sign: Sign, key: string, line: number, text: string, groups: Readonly<Record<string, string | undefined>>): void {
    const found = this.sightings.get(key);
    if (found !== undefined) {
      found.count += 1;
      found.lastLine = line;
      return;
    }
    if (this.sightings.size < MOST_SIGHTINGS)
      this.sightings.set(key, { sign, line, text, groups, count: 1, lastLine: line });
  }

  setting(name: string, value: string, line: number): void {
    if (this.settings.length < MOST_SETTINGS) this.settings.push({ name, value: value.slice(0, 200), line });
  }
}
