/** The types of the published library. Kept by hand, since the sources' own reach into packages that are bundled away. */

/** One observed fact. An answer is an identifier, an alias, `unsure`, or for a learning rate a number as text. */
export interface Finding {
  readonly symptom: string;
  readonly answer: string;
  /** `flag` (the default), `answers-file`, `interview`, or `<file>:<line>`. */
  readonly source?: string;
  readonly detail?: string;
  readonly confidence?: 'certain' | 'likely' | 'weak';
}

/** A checked knowledge base; opaque. */
export interface Knowledge {
  readonly causes: Readonly<Record<string, object>>;
  readonly symptoms: Readonly<Record<string, object>>;
}

export type Effort = 'know' | 'look' | 'one-line' | 'rerun';
export type RemedyKind = 'cures' | 'guards' | 'hides';

export interface EvidenceEntry {
  readonly symptom: string;
  readonly answer: string;
  readonly source: string;
  readonly detail?: string;
}

export interface Reason {
  readonly symptom: string;
  readonly answer: string;
  /** What the odds of the cause are multiplied with by this fact, the other facts being as they are. */
  readonly factor: number;
  readonly because: string | null;
}

export interface RankedCause {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  /** 0..1; with all others and `other` of the report they sum to 1. */
  readonly probability: number;
  readonly looksLike: string | null;
  readonly for: readonly Reason[];
  readonly against: readonly Reason[];
  readonly ruledOut: { readonly symptom: string; readonly answer: string; readonly because: string } | null;
  readonly summary: string;
  readonly why: string;
  readonly confirm: {
    readonly do: string;
    readonly expect: string;
    readonly effort: Effort;
    readonly code: string | null;
  };
  readonly remedies: readonly {
    readonly id: string;
    readonly do: string;
    readonly why: string;
    readonly note: string | null;
    readonly cost: string | null;
    readonly code: string | null;
    readonly kind: RemedyKind;
  }[];
  readonly falseAlarms: readonly string[];
  readonly amplifies: boolean;
  readonly sources: readonly { readonly title: string; readonly url: string }[];
}

/** The object of `whynan --json`, schema `whynan/report@1`. */
export interface Report {
  readonly schema: 'whynan/report@1';
  readonly verdict: 'diagnosed' | 'undecided' | 'nothing-nonfinite';
  readonly evidence: readonly EvidenceEntry[];
  readonly conflicts: readonly {
    readonly symptom: string;
    readonly kept: EvidenceEntry;
    readonly dropped: readonly EvidenceEntry[];
  }[];
  readonly run?: {
    readonly firstNonFinite: {
      readonly step: number | null;
      readonly series: string;
      readonly value: string;
      readonly source: string;
    } | null;
    readonly series: readonly {
      readonly name: string;
      readonly points: number;
      readonly last: number | string | null;
    }[];
  };
  readonly causes: readonly RankedCause[];
  /** Probability of a cause that is not in `causes`. */
  readonly other: number;
  readonly ruledOut: readonly {
    readonly cause: string;
    readonly name: string;
    readonly symptom: string;
    readonly answer: string;
    readonly because: string;
  }[];
  readonly next: {
    readonly symptom: string;
    readonly question: string;
    readonly answers: readonly { readonly id: string; readonly label: string }[];
    readonly effort: Effort;
    readonly flag: string;
    /** Expected gain of information, in bits. */
    readonly gain: number;
  } | null;
  readonly checklist: readonly {
    readonly step: number;
    readonly do: string;
    readonly why: string;
    readonly for: readonly string[];
    readonly effort: Effort;
    readonly kind: 'confirm' | RemedyKind;
    readonly code: string | null;
  }[];
  readonly unchecked: readonly { readonly symptom: string; readonly why: string }[];
}

export interface DiagnoseOptions {
  /** Ask on although a cause stands out. */
  readonly keepAsking?: boolean;
  /** How many causes are told of; all by default. */
  readonly top?: number;
}

/** A mistake of the person who gives facts or knowledge, with what to do instead. */
export declare class UsageError extends Error {
  override readonly name: 'UsageError';
}

/**
 * The built-in knowledge, with folders of further units on top; a later folder overrides an earlier one.
 * @throws {UsageError} where a folder cannot be read or its knowledge has errors, all of them in the message
 */
export declare function loadKnowledge(folders?: readonly string[]): Knowledge;

/**
 * The diagnosis of a run from what is known of it. Synchronous, pure and deterministic.
 * @throws {UsageError} for a symptom or an answer that does not exist
 */
export declare function diagnose(knowledge: Knowledge, evidence: readonly Finding[], options?: DiagnoseOptions): Report;
