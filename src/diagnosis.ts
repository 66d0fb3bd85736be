/** The diagnosis: everything known put into one report, the object of `--json`. Pure and deterministic. */
import { type Belief, believe, exclusions, influences, likeliestPresentation } from './belief.ts';
import { type Conflict, type Evidence, type Fact, type Finding, isFromFile, settle } from './evidence.ts';
import { codeFor, type Knowledge, type SymptomModel } from './knowledge.ts';
import { isSettled, type Question, rankQuestions } from './question.ts';
import type { Cause, Effort, Remedy, Scale, Symptom } from './schema.ts';

export type Verdict = 'diagnosed' | 'undecided' | 'nothing-nonfinite';

export interface Report {
  readonly schema: 'whynan/report@1';
  readonly verdict: Verdict;
  readonly evidence: readonly EvidenceEntry[];
  readonly conflicts: readonly {
    readonly symptom: string;
    readonly kept: EvidenceEntry;
    readonly dropped: readonly EvidenceEntry[];
  }[];
  /** What was read from the run's files; absent where none was given. */
  readonly run?: RunSummary;
  /** The most probable first. */
  readonly causes: readonly RankedCause[];
  /** Probability of a cause that is not in `causes`. */
  readonly other: number;
  /** The causes that a fact makes impossible, whatever their place. */
  readonly ruledOut: readonly {
    readonly cause: string;
    readonly name: string;
    readonly symptom: string;
    readonly answer: string;
    readonly because: string;
  }[];
  readonly next: NextQuestion | null;
  readonly checklist: readonly Step[];
  readonly unchecked: readonly { readonly symptom: string; readonly why: string }[];
}

export interface EvidenceEntry {
  readonly symptom: string;
  readonly answer: string;
  readonly source: string;
  readonly detail?: string;
}

export interface RunSummary {
  readonly firstNonFinite: {
    readonly step: number | null;
    readonly series: string;
    readonly value: string;
    readonly source: string;
  } | null;
  readonly series: readonly { readonly name: string; readonly points: number; readonly last: number | string | null }[];
}

export interface RankedCause {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly probability: number;
  /** The typical pattern of the cause that the facts fit best. */
  readonly looksLike: string | null;
  readonly for: readonly Reason[];
  readonly against: readonly Reason[];
  /** The fact that makes the cause impossible. */
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
    readonly kind: Remedy['kind'];
  }[];
  readonly falseAlarms: readonly string[];
  /** Set where the cause mostly spreads what another one began. */
  readonly amplifies: boolean;
  readonly sources: readonly { readonly title: string; readonly url: string }[];
}

export interface Reason {
  readonly symptom: string;
  readonly answer: string;
  /** What the odds of the cause are multiplied with by this fact, the other facts being as they are. */
  readonly factor: number;
  readonly because: string | null;
}

export interface NextQuestion {
  readonly symptom: string;
  readonly question: string;
  readonly answers: readonly { readonly id: string; readonly label: string }[];
  readonly effort: Effort;
  readonly flag: string;
  /** Expected gain of information, in bits. */
  readonly gain: number;
}

export interface Step {
  readonly step: number;
  readonly do: string;
  readonly why: string;
  readonly for: readonly string[];
  readonly effort: Effort;
  readonly kind: 'confirm' | Remedy['kind'];
  readonly code: string | null;
}

/** A finding whose origin need not be said: it then counts as given by a person. */
export type Given = Omit<Finding, 'source'> & { readonly source?: string };

export interface DiagnoseOptions {
  readonly run?: RunSummary;
  /** The files of the run were read and hold no non-finite value. */
  readonly nothingNonFinite?: boolean;
  /** Ask on although a cause stands out. */
  readonly keepAsking?: boolean;
  /** How many causes are told of; all by default. What the others have goes to `other`. */
  readonly top?: number;
}

/**
 * The diagnosis of a run from what is known of it.
 * @throws {UsageError} for a symptom or an answer that does not exist
 */
export function diagnose(knowledge: Knowledge, findings: readonly Given[], options: DiagnoseOptions = {}): Report {
  return report(
    knowledge,
    settle(
      knowledge,
      findings.map((given) => ({ source: 'flag', ...given })),
    ),
    options,
  );
}

/** The diagnosis from settled evidence. */
export function report(knowledge: Knowledge, evidence: Evidence, options: DiagnoseOptions = {}): Report {
  const belief = believe(knowledge, evidence.facts);
  const open = rankQuestions(knowledge, evidence, belief);
  const next = options.keepAsking || !isSettled(knowledge, belief) ? (open[0] ?? null) : null;
  const order = ranking(knowledge, belief);
  const shown = order.slice(0, options.top ?? order.length);
  // Code is shown for one framework: the user's, or the most used one until it is known.
  const framework = evidence.facts.find(({ symptom }) => symptom === 'framework')?.answer ?? 'pytorch';
  return {
    schema: 'whynan/report@1',
    verdict: options.nothingNonFinite ? 'nothing-nonfinite' : verdict(knowledge, belief),
    evidence: evidence.facts.map(entry),
    conflicts: evidence.conflicts.map(({ symptom, kept, dropped }: Conflict) => ({
      symptom,
      kept: entry(kept),
      dropped: dropped.map(entry),
    })),
    ...(options.run ? { run: options.run } : {}),
    causes: rankedCauses(knowledge, evidence.facts, belief, shown, framework),
    other: order
      .slice(shown.length)
      .reduce((sum, index) => sum + (belief.probabilities[index] as number), belief.other),
    ruledOut: ruledOut(knowledge, evidence.facts),
    next: next === null ? null : question(knowledge, next.symptom, next.gain),
    checklist: checklist(knowledge, belief, order, framework),
    unchecked: unchecked(
      knowledge,
      evidence,
      open.filter(({ symptom }) => symptom !== next?.symptom),
    ),
  };
}

/** Whether one cause stands out. */
export function verdict({ scale }: Knowledge, { probabilities, other }: Belief): 'diagnosed' | 'undecided' {
  let first = 0;
  let second = other;
  for (const p of probabilities)
    if (p > first) {
      second = Math.max(second, first);
      first = p;
    } else if (p > second) second = p;
  return first >= scale.diagnosed.probability && first >= scale.diagnosed.lead * second ? 'diagnosed' : 'undecided';
}

/** Indices of the causes, the most probable first. */
export function ranking({ model }: Knowledge, { probabilities }: Belief): number[] {
  return model.causes
    .map((_, index) => index)
    .sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b);
}

function entry({ symptom, answer, source, detail, number }: Fact): EvidenceEntry {
  const seen = [number === undefined || Number.isNaN(number) ? '' : String(number), detail ?? '']
    .filter((text) => text !== '')
    .join(', ');
  return { symptom, answer, source, ...(seen === '' ? {} : { detail: seen }) };
}

export function question({ symptoms }: Knowledge, id: string, gain: number): NextQuestion {
  const symptom = symptoms[id] as Symptom;
  return {
    symptom: id,
    question: symptom.question,
    answers: Object.entries(symptom.answers).map(([answer, { label }]) => ({ id: answer, label })),
    effort: symptom.effort,
    flag: `--${id}`,
    gain: rounded(gain),
  };
}

function ruledOut(knowledge: Knowledge, facts: readonly Fact[]): Report['ruledOut'] {
  return exclusions(knowledge, facts).map(({ cause, fact: { symptom, answer } }) => {
    const { name, 'excluded-by': by } = knowledge.causes[cause] as Cause;
    return { cause, name, symptom, answer, because: by[symptom]?.because ?? '' };
  });
}

/**
 * Why a fact weighs what it does: the author's sentence where it speaks of this answer and in this direction, else that
 * the symptom is mentioned at all.
 */
function becauseOf({ causes, model }: Knowledge, index: number, fact: Fact, factor: number) {
  const { symptom, answer } = fact;
  const entry = causes[model.causes[index] as string]?.evidence[symptom];
  const { answers, log, told } = model.symptoms[model.symptomIndex.get(symptom) as number] as SymptomModel;
  // What was read from a file was mentioned by nobody.
  const mention = isFromFile(fact) ? 0 : (told[index] as number);
  const points = (weight: number) => (factor > 1 ? weight > 0 : weight < 0);
  const isNamed = entry !== undefined && (entry.words[answer] ?? entry.words.others) !== undefined;
  if (isNamed && (points(log[answers.indexOf(answer) * model.causes.length + index] as number) || !points(mention)))
    return entry.because;
  return points(mention)
    ? `Reports of this cause mention it ${factor > 1 ? 'more' : 'less'} often than others do.`
    : null;
}

/** Equal reasons keep one order, whatever the order in which the facts were told. */
const bySymptom = (a: Reason, b: Reason) => (a.symptom < b.symptom ? -1 : 1);

/** Below this change a fact is not worth a line. */
const TELLING = 1.1;

function rankedCauses(
  knowledge: Knowledge,
  facts: readonly Fact[],
  belief: Belief,
  order: readonly number[],
  framework: string,
): RankedCause[] {
  const moves = influences(knowledge, facts, belief);
  const looksLike = likeliestPresentation(knowledge, facts);
  const out = new Map(exclusions(knowledge, facts).map(({ cause, fact }) => [cause, fact]));
  return order.map((index) => {
    const id = knowledge.model.causes[index] as string;
    const cause = knowledge.causes[id] as Cause;
    const impossible = out.get(id);
    const reasons = (moves[index] ?? [])
      .filter(({ factor }) => rounded(factor) >= TELLING || rounded(factor) <= 1 / TELLING)
      .map(
        ({ fact, factor }): Reason => ({
          symptom: fact.symptom,
          answer: fact.answer,
          factor: rounded(factor),
          because: becauseOf(knowledge, index, fact, factor),
        }),
      );
    const [confirm] = cause.confirm as [Cause['confirm'][number]];
    return {
      id,
      name: cause.name,
      family: cause.family,
      probability: belief.probabilities[index] as number,
      looksLike: looksLike(cause),
      for: reasons.filter(({ factor }) => factor > 1).sort((a, b) => b.factor - a.factor || bySymptom(a, b)),
      against: reasons.filter(({ factor }) => factor < 1).sort((a, b) => a.factor - b.factor || bySymptom(a, b)),
      ruledOut: impossible
        ? {
            symptom: impossible.symptom,
            answer: impossible.answer,
            because: cause['excluded-by'][impossible.symptom]?.because ?? '',
          }
        : null,
      summary: cause.summary,
      why: cause.mechanism,
      confirm: {
        do: confirm.do,
        expect: confirm.expect,
        effort: confirm.effort,
        code: codeFor(confirm.code, framework),
      },
      remedies: cause.remedies.map(({ use, note }) => {
        const remedy = knowledge.remedies[use] as Remedy;
        return {
          id: use,
          do: remedy.name,
          why: remedy.why,
          note: note ?? null,
          cost: remedy.cost ?? null,
          code: codeFor(remedy.code, framework),
          kind: remedy.kind,
        };
      }),
      falseAlarms: cause['false-alarms'],
      amplifies: cause.amplifies,
      sources: cause.sources.map((source) => {
        const { title, url } = knowledge.sources[source] as { title: string; url: string };
        return { title, url };
      }),
    };
  });
}

/** Steps by how likely each ends the search for its effort: the confirming tests and the first remedies of the likely causes. */
function checklist(
  { model, causes, remedies, scale }: Knowledge,
  belief: Belief,
  order: readonly number[],
  framework: string,
): Step[] {
  interface Draft extends Omit<Step, 'step'> {
    readonly for: string[];
    ends: number;
    readonly rank: number;
  }
  const drafts = new Map<string, Draft>();
  likely(belief, order).forEach((index, place) => {
    const id = model.causes[index] as string;
    const cause = causes[id] as Cause;
    const p = belief.probabilities[index] as number;
    const [confirm] = cause.confirm as [Cause['confirm'][number]];
    drafts.set(`confirm ${id}`, {
      do: confirm.do,
      why: confirm.expect,
      for: [id],
      effort: confirm.effort,
      kind: 'confirm',
      code: codeFor(confirm.code, framework),
      ends: p * scale.remedy.confirm,
      rank: place,
    });
    let chance = 1;
    for (const { use, note } of cause.remedies.slice(0, REMEDIES_PER_CAUSE)) {
      const remedy = remedies[use] as Remedy;
      const ends = p * scale.remedy[remedy.kind] * chance;
      const known = drafts.get(use);
      if (known) {
        known.for.push(id);
        known.ends += ends;
      } else
        drafts.set(use, {
          do: note ? `${remedy.name}. ${note}` : remedy.name,
          why: remedy.why,
          for: [id],
          effort: remedy.effort,
          kind: remedy.kind,
          code: codeFor(remedy.code, framework),
          ends,
          rank: place + 0.5,
        });
      chance *= scale.remedy['next-in-line'];
    }
  });
  const perEffort = ({ ends, effort }: Draft) => ends / cost(scale, effort);
  return [...drafts.values()]
    .sort((a, b) => perEffort(b) - perEffort(a) || a.rank - b.rank)
    .slice(0, MOST_STEPS)
    .map(({ ends: _, rank: __, ...step }, index) => ({ step: index + 1, ...step }));
}

const MOST_STEPS = 12;
const REMEDIES_PER_CAUSE = 3;

/** The causes that carry nine tenths of the belief, five at most. */
function likely({ probabilities }: Belief, order: readonly number[]): number[] {
  let sum = 0;
  const chosen: number[] = [];
  for (const index of order.slice(0, 5)) {
    if (sum >= 0.9 && chosen.length > 0) break;
    chosen.push(index);
    sum += probabilities[index] as number;
  }
  return chosen;
}

const cost = (scale: Scale, effort: Effort) => scale.effort[effort].cost;

/** What nobody knows yet although it would tell something, apart from the next question. */
function unchecked({ symptoms }: Knowledge, { unsure }: Evidence, open: readonly Question[]): Report['unchecked'] {
  return [
    ...[...unsure].map((symptom) => ({ symptom, why: 'The answer was "not sure".' })),
    ...open.slice(0, 6).map(({ symptom }) => ({ symptom, why: (symptoms[symptom] as Symptom).question })),
  ];
}

/** Three significant digits: figures for people, and the same bytes on every platform. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
