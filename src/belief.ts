/**
 * Belief: how probable each cause is, given the facts, and by how much each fact moved it.
 *
 * The odds of a cause against `other` start at its prior and are multiplied by
 * - the lift of every fact, P(answer | cause) / P(answer). An answer may be wrong, so the lift is mixed with 1; it is
 *   raised to the trust in its kind of symptom. Facts of one group say partly the same thing: their logarithms in one
 *   direction are combined by a p-norm, so that a second telling adds less than the first and a fact that says nothing
 *   takes nothing away;
 * - what it says that a person tells of the symptom at all: people report what struck them, and with a named cause they
 *   were struck by other things than with another. What was read from a file was not told by anybody;
 * - the combinations that hold, where two answers mean more or less together than each alone;
 * - and `excluded` where a fact rules the cause out by arithmetic or definition.
 */
import { type Fact, isFromFile } from './evidence.ts';
import { doubted, type Knowledge, lifts, type SymptomModel } from './knowledge.ts';
import type { Cause } from './schema.ts';

export interface Belief {
  /** Probability per cause, indexed as `model.causes`. With `other` they sum to 1. */
  readonly probabilities: Float64Array;
  /** Probability that the cause is none that is known. */
  readonly other: number;
  /** Logarithm of the odds against `other`, per cause. */
  readonly logOdds: Float64Array;
  /** The combined evidence of every group of symptoms that has a fact. */
  readonly groups: ReadonlyMap<number, GroupEvidence>;
}

/** Sums of |log lift|^p of the facts of one group, for and against each cause. */
export interface GroupEvidence {
  readonly pro: Float64Array;
  readonly contra: Float64Array;
}

/** Belief over all causes and `other`. The order of the facts does not matter. */
export function believe(knowledge: Knowledge, facts: readonly Fact[]): Belief {
  const { model, scale } = knowledge;
  const count = model.causes.length;
  const power = scale['group-exponent'];
  const groups = new Map<number, GroupEvidence>();
  const logOdds = Float64Array.from(model.logPrior);
  const isExcluded = new Uint8Array(count);
  for (const fact of inOrder(facts)) {
    const symptom = symptomOf(knowledge, fact);
    const answer = symptom?.answers.indexOf(fact.answer) ?? -1;
    if (symptom === undefined || answer < 0) continue;
    let group = groups.get(symptom.group);
    if (group === undefined) {
      group = { pro: new Float64Array(count), contra: new Float64Array(count) };
      groups.set(symptom.group, group);
    }
    const logs = logFactors(knowledge, symptom, answer, fact.confidence);
    const isTold = !isFromFile(fact);
    for (let c = 0; c < count; c++) {
      const log = logs[c] as number;
      if (log > 0) group.pro[c] = (group.pro[c] as number) + raised(log, power);
      else if (log < 0) group.contra[c] = (group.contra[c] as number) + raised(-log, power);
      if (isTold) logOdds[c] = (logOdds[c] as number) + (symptom.told[c] as number);
    }
    for (const c of symptom.excludes[answer] as readonly number[]) isExcluded[c] = 1;
  }
  for (const { pro, contra } of groups.values())
    for (let c = 0; c < count; c++)
      logOdds[c] = (logOdds[c] as number) + combined(pro[c] as number, contra[c] as number, power);
  for (const { cause, given, log } of model.combinations)
    if (holds(given, facts)) logOdds[cause] = (logOdds[cause] as number) + log;
  for (let c = 0; c < count; c++) if (isExcluded[c]) logOdds[c] = (logOdds[c] as number) + Math.log(scale.excluded);
  let most = 0;
  for (const odds of logOdds) most = Math.max(most, odds);
  const weights = logOdds.map((odds) => Math.exp(odds - most));
  const total = weights.reduce((sum, weight) => sum + weight, Math.exp(-most));
  return { probabilities: weights.map((weight) => weight / total), other: Math.exp(-most) / total, logOdds, groups };
}

/** Per cause, the logarithm of what an answer multiplies its odds with, as far as the answer can be believed. */
function logFactors(
  { model, scale }: Knowledge,
  symptom: SymptomModel,
  answer: number,
  confidence: Fact['confidence'],
): Float64Array {
  const count = model.causes.length;
  const from = answer * count;
  if (confidence === undefined || confidence === 'likely') return symptom.log.subarray(from, from + count);
  const doubt = scale.doubt[confidence];
  return symptom.lift.subarray(from, from + count).map((lift) => symptom.trust * Math.log(doubted(lift, doubt)));
}

/** A power; the usual exponent is 2, and a product is much faster than a general power. */
export function raised(log: number, power: number): number {
  return power === 2 ? log * log : log ** power;
}

/** Sums of floating-point numbers depend on their order in the last bit; the answer must not. */
function inOrder(facts: readonly Fact[]): readonly Fact[] {
  return facts.toSorted((a, b) => (a.symptom < b.symptom ? -1 : a.symptom > b.symptom ? 1 : 0));
}

function symptomOf({ model }: Knowledge, { symptom }: Fact): SymptomModel | undefined {
  return model.symptoms[model.symptomIndex.get(symptom) ?? -1];
}

function holds(given: Readonly<Record<string, readonly string[]>>, facts: readonly Fact[]): boolean {
  return Object.entries(given).every(([symptom, answers]) =>
    facts.some((fact) => fact.symptom === symptom && answers.includes(fact.answer)),
  );
}

/** Evidence of a group: the p-norm of what speaks for, minus the p-norm of what speaks against. */
export function combined(pro: number, contra: number, power: number): number {
  if (power === 2) return Math.sqrt(pro) - Math.sqrt(contra);
  return pro ** (1 / power) - contra ** (1 / power);
}

/** A cause that a fact makes impossible. */
export interface Exclusion {
  readonly cause: string;
  readonly fact: Fact;
}

/** The causes that the facts rule out by arithmetic or definition, each with the first fact, by name, that does. */
export function exclusions(knowledge: Knowledge, facts: readonly Fact[]): Exclusion[] {
  const found = new Map<number, Fact>();
  for (const fact of inOrder(facts)) {
    const symptom = symptomOf(knowledge, fact);
    for (const cause of symptom?.excludes[symptom.answers.indexOf(fact.answer)] ?? [])
      if (!found.has(cause)) found.set(cause, fact);
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([cause, fact]) => ({ cause: knowledge.model.causes[cause] as string, fact }));
}

/** What one fact does to one cause. */
export interface Influence {
  readonly fact: Fact;
  /** What the odds of the cause against `other` are multiplied with by this fact, all other facts being as they are. */
  readonly factor: number;
}

/** For every cause, how every fact moves it: the belief with the fact against the belief without it. */
export function influences(knowledge: Knowledge, facts: readonly Fact[], belief: Belief): Influence[][] {
  const without = facts.map((_, index) => believe(knowledge, facts.toSpliced(index, 1)).logOdds);
  return Array.from(belief.logOdds, (odds, cause) =>
    facts.map((fact, index) => ({
      fact,
      factor: Math.exp(odds - ((without[index] as Float64Array)[cause] as number)),
    })),
  );
}

/** The typical pattern of a cause that the facts fit best; null where it has none or no fact tells them apart. */
export function likeliestPresentation(
  knowledge: Knowledge,
  facts: readonly Fact[],
  { presentations }: Cause,
): string | null {
  const fits = presentations.map(({ evidence }) =>
    inOrder(facts).reduce((sum, fact) => {
      const symptom = symptomOf(knowledge, fact);
      const words = evidence[fact.symptom];
      if (symptom === undefined || words === undefined) return sum;
      return (
        sum +
        Math.log(
          lifts(words, symptom.answers, symptom.base, knowledge.scale)[symptom.answers.indexOf(fact.answer)] ?? 1,
        )
      );
    }, 0),
  );
  const best = Math.max(0, ...fits);
  return best > 0 ? (presentations[fits.indexOf(best)]?.name ?? null) : null;
}
