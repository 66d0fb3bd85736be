import type { Finding } from '../evidence.ts';
import type { NonFinite } from './number.ts';
import type { Series } from './series.ts';

/** A doubtful setting: what it is, why it matters, what to write instead. */
export interface ConfigIssue {
  readonly source: string;
  readonly problem: string;
  readonly because: string;
  readonly fix: string;
  readonly findings: readonly Finding[];
}

/** A non-finite value that a logger did not show. */
export interface HiddenValue {
  readonly logger: string;
  readonly what: string;
  readonly source: string;
  /** How to see it in the next run. */
  readonly unhide: string;
  readonly series: string;
  readonly step: number | null;
  readonly value: NonFinite;
  readonly confidence: 'certain' | 'likely';
}

/** One file as it was read. */
export interface ReadFile {
  readonly path: string;
  /** The tool or kind of file, in words. */
  readonly format: string;
  readonly bytes: number;
  readonly lines: number;
  readonly notes: readonly string[];
}

/** The first non-finite value of a run. */
export interface FirstNonFinite {
  readonly step: number | null;
  readonly series: string;
  readonly value: NonFinite;
  readonly source: string;
}

/** What the run's own files say. */
export interface RunReading {
  readonly files: readonly ReadFile[];
  readonly series: readonly Series[];
  readonly firstNonFinite: FirstNonFinite | null;
  readonly hidden: readonly HiddenValue[];
  readonly findings: readonly Finding[];
  readonly issues: readonly ConfigIssue[];
  readonly healthy: 'healthy' | 'nonfinite' | 'suspicious' | 'unknown';
  readonly notes: readonly string[];
}
