/**
 * Belief: how probable each cause is, given the facts, and by how much each fact moved it.
 *
 * A cause is the mixture of its presentations: P(facts | cause) = sum over presentations of share × product of lifts.
 * A lift is P(answer | presentation) / P(answer); an answer may be wrong, so it is mixed with 1 first. Facts of one
 * group say partly the same thing: their evidence in one direction is combined by a p-norm of logarithms, so that a
 * second telling adds less than the first and a fact that says nothing takes nothing away.
 */
import type { Confidence, Fact } from './evidence.ts';
import { doubted, type Knowledge, type Model, type SymptomModel } from './knowledge.ts';

export interface Belief {
  /** Probability per cause, indexed as `model.causes`. With `other` they sum to 1. */
  readonly probabilities: Float64Array;
  /** Probability that the cause is none that is known. */
  readonly other: number;
  /** Logarithm of the odds against `other`, per cause. */
  readonly logOdds: Float64Array;
  /** Logarithm of share × likelihood, per presentation. */
  readonly patterns: Float64Array;
  /** Per group with at least one fact: the combined evidence of each presentation, its parts for and against. */
  readonly groups: ReadonlyMap<number, GroupEvidence>;
}

/** Sums of |log lift|^p of the facts of one group, for and against each presentation. */
interface GroupEvidence {
  readonly pro: Float64Array;
  readonly contra: Float64Array;
}

/** A cause that a fact makes impossible. */
export interface Exclusion {
  readonly cause: string;
  readonly fact: Fact;
}

/** Belief over all causes and `other`. Facts of unknown symptoms must have been refused before. Order does not matter. */
export function believe(knowledge: Knowledge, facts: readonly Fact[]): Belief {
  const { model, scale } = knowledge;
  const count = model.presentations.length;
  const power = scale['group-exponent'];
  const groups = new Map<number, GroupEvidence>();
  const penalty = new Float64Array(model.causes.length);
  for (const fact of facts) {
    const index = model.symptomIndex.get(fact.symptom);
    const symptom = index === undefined ? undefined : model.symptoms[index];
    const answer = symptom === undefined ? -1 : symptom.answers.indexOf(fact.answer);
    if (symptom === undefined || answer < 0) continue;
    let group = groups.get(symptom.group);
    if (group === undefined) {
      group = { pro: new Float64Array(count), contra: new Float64Array(count) };
      groups.set(symptom.group, group);
    }
    const logs = logFactors(knowledge, symptom, answer, fact.confidence);
    for (let p = 0; p < count; p++) {
      const log = logs[p] as number;
      if (log > 0) group.pro[p] = (group.pro[p] as number) + log ** power;
      else if (log < 0) group.contra[p] = (group.contra[p] as number) + (-log) ** power;
    }
    for (const cause of symptom.excludes[answer] as readonly number[]) penalty[cause] = Math.log(scale.excluded);
  }
  const patterns = Float64Array.from(model.presentations, ({ logShare }) => logShare);
  for (const { pro, contra } of groups.values())
    for (let p = 0; p < count; p++) patterns[p] = (patterns[p] as number) + combined(pro[p] as number, contra[p] as number, power);
  const logOdds = new Float64Array(model.causes.length);
  for (let c = 0; c < logOdds.length; c++)
    logOdds[c] = (model.logPrior[c] as number) - model.logPriorOther + logSumExp(patterns, model, c) + (penalty[c] as number);
  const most = Math.max(0, ...logOdds);
  const weights = logOdds.map((odds) => Math.exp(odds - most));
  const total = weights.reduce((sum, weight) => sum + weight, Math.exp(-most));
  return {
    probabilities: weights.map((weight) => weight / total),
    other: Math.exp(-most) / total,
    logOdds,
    patterns,
    groups,
  };
}

/** Evidence of a group: the p-norm of what speaks for, minus the p-norm of what speaks against. */
export function combined(pro: number, contra: number, power: number): number {
  if (power === 1) return pro - contra;
  if (power === 2) return Math.sqrt(pro) - Math.sqrt(contra);
  return pro ** (1 / power) - contra ** (1 / power);
}

/** Trust × logarithm of the lift of one answer, per presentation, as far as the answer can be believed. */
function logFactors(knowledge: Knowledge, symptom: SymptomModel, answer: number, confidence: Confidence = 'likely'): Float64Array {
  const count = knowledge.model.presentations.length;
  const doubt = knowledge.scale.doubt[confidence];
  const lifts = symptom.lift.subarray(answer * count, (answer + 1) * count);
  return lifts.map((lift) => symptom.trust * Math.log(doubted(lift, doubt)));
}

function logSumExp(patterns: Float64Array, { start }: Model, cause: number): number {
  const from = start[cause] as number;
  const to = start[cause + 1] as number;
  let most = Number.NEGATIVE_INFINITY;
  for (let p = from; p < to; p++) most = Math.max(most, patterns[p] as number);
  let sum = 0;
  for (let p = from; p < to; p++) sum += Math.exp((patterns[p] as number) - most);
  return most + Math.log(sum);
}

/** The causes that the facts rule out by arithmetic or definition, each with the first fact that does. */
export function exclusions({ model }: Knowledge, facts: readonly Fact[]): Exclusion[] {
  const found = new Map<number, Fact>();
  for (const fact of facts) {
    const symptom = model.symptoms[model.symptomIndex.get(fact.symptom) ?? -1];
    for (const cause of symptom?.excludes[symptom.answers.indexOf(fact.answer)] ?? [])
      if (!found.has(cause)) found.set(cause, fact);
  }
  return [...found].sort(([a], [b]) => a - b).map(([cause, fact]) => ({ cause: model.causes[cause] as string, fact }));
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
    facts.map((fact, index) => ({ fact, factor: Math.exp(odds - ((without[index] as Float64Array)[cause] as number)) })),
  );
}

/** The presentation that fits a cause's facts best; null where the cause has only one pattern. */
export function likeliestPresentation({ model }: Knowledge, belief: Belief, cause: number): string | null {
  let best = model.start[cause] as number;
  for (let p = best + 1; p < (model.start[cause + 1] as number); p++)
    if ((belief.patterns[p] as number) > (belief.patterns[best] as number)) best = p;
  return model.presentations[best]?.name ?? null;
}
