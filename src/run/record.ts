/**
 * What one line of a log says. A record is a pure function of its line: what earlier lines said (the epoch, the header
 * of a table) is joined to it later, so a line can be read once and then recognised by its shape.
 */
export interface LogRecord {
  /** The logger's own step counter. */
  readonly step: number | null;
  readonly epoch: number | null;
  /** Position within the epoch, and its length. */
  readonly at: number | null;
  readonly of: number | null;
  /** The process that printed the line. */
  readonly rank: number | null;
  readonly names: readonly string[];
  readonly values: readonly number[];
  /** `rule`: the line closes a record that stands over several lines. `row`: it is one row of such a record. */
  readonly part?: 'row' | 'rule';
}

const NO_NAMES: readonly string[] = [];
const NO_VALUES: readonly number[] = [];

/** A record with only the given fields. */
export function record(fields: Partial<LogRecord>): LogRecord {
  return {
    step: fields.step ?? null,
    epoch: fields.epoch ?? null,
    at: fields.at ?? null,
    of: fields.of ?? null,
    rank: fields.rank ?? null,
    names: fields.names ?? NO_NAMES,
    values: fields.values ?? NO_VALUES,
    ...(fields.part ? { part: fields.part } : {}),
  };
}

/** A way to write one kind of log line, declared: adding a format is adding one of these with its samples. */
export interface LineFormat {
  readonly id: string;
  /** The tool that prints it, as a person calls it. */
  readonly tool: string;
  /** Answer to `framework` where the format settles it. */
  readonly framework?: 'pytorch' | 'tensorflow' | 'jax' | 'caffe' | 'other';
  readonly architecture?: string;
  /** Number of the first epoch; `null`: judged by the first one seen. */
  readonly firstEpoch: 0 | 1 | null;
  /** What one printed value stands for, when it is not a single step. Onset is then only known within a window. */
  readonly averages?: string;
  /** The tool prints no step and its epoch is rounded: records are counted. */
  readonly counted?: boolean;
  /** Series that every record of the tool holds: a record without one hides a value. */
  readonly expects?: readonly string[];
  /** A record without step or position belongs to the last one that had it. */
  readonly carries?: boolean;
  /** A record stands over several lines (`part`). */
  readonly table?: boolean;
  /** Literals, one of which every such line holds. They keep the search cheap. */
  readonly find: readonly string[];
  readonly read: (line: string) => LogRecord | null;
  readonly samples: readonly FormatSample[];
}

/** An example line and what must be read from it. */
export interface FormatSample {
  readonly line: string;
  readonly step?: number;
  readonly epoch?: number;
  readonly at?: number;
  readonly of?: number;
  readonly rank?: number;
  readonly values?: Readonly<Record<string, number>>;
  /** The line must not be read as a metric at all. */
  readonly ignored?: true;
}
