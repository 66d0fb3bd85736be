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
import { doubted, type Knowledge, lift, type SymptomModel } from './knowledge.ts';
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
  for (const { fact, symptom, answer } of readable(knowledge, facts)) {
    let group = groups.get(symptom.group);
    if (group === undefined) {
      group = nothingSaid(count);
      groups.set(symptom.group, group);
    }
    add(group, logFactors(knowledge, symptom, answer, fact.confidence), power);
    if (!isFromFile(fact))
      for (let c = 0; c < count; c++) logOdds[c] = (logOdds[c] as number) + (symptom.told[c] as number);
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

interface Readable {
  readonly fact: Fact;
  readonly symptom: SymptomModel;
  /** Place of the answer among the answers of the symptom. */
  readonly answer: number;
}

/** The facts that the model knows. Sums of floating-point numbers depend on their order in the last bit; the belief must not. */
function readable({ model }: Knowledge, facts: readonly Fact[]): Readable[] {
  const inOrder = facts.toSorted((a, b) => (a.symptom < b.symptom ? -1 : a.symptom > b.symptom ? 1 : 0));
  return inOrder.flatMap((fact) => {
    const symptom = model.symptoms[model.symptomIndex.get(fact.symptom) ?? -1];
    const answer = symptom?.answers.indexOf(fact.answer) ?? -1;
    return symptom === undefined || answer < 0 ? [] : [{ fact, symptom, answer }];
  });
}

function nothingSaid(count: number): GroupEvidence {
  return { pro: new Float64Array(count), contra: new Float64Array(count) };
}

function add({ pro, contra }: GroupEvidence, logs: Float64Array, power: number): void {
  for (let c = 0; c < logs.length; c++) {
    const log = logs[c] as number;
    if (log > 0) pro[c] = (pro[c] as number) + raised(log, power);
    else if (log < 0) contra[c] = (contra[c] as number) + raised(-log, power);
  }
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
  for (const { fact, symptom, answer } of readable(knowledge, facts))
    for (const cause of symptom.excludes[answer] as readonly number[]) if (!found.has(cause)) found.set(cause, fact);
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

/**
 * For every cause, how every fact moves it: the belief with the fact against the belief without it. Only what the fact
 * takes part in is counted anew: its group, the combinations it completes, and what nothing else excludes.
 */
export function influences(knowledge: Knowledge, facts: readonly Fact[], { groups }: Belief): Influence[][] {
  const { model, scale } = knowledge;
  const count = model.causes.length;
  const power = scale['group-exponent'];
  const all = readable(knowledge, facts);
  const excluding = new Uint8Array(count);
  for (const { symptom, answer } of all)
    for (const c of symptom.excludes[answer] as readonly number[]) excluding[c] = (excluding[c] as number) + 1;
  const moves = all.map(({ fact, symptom, answer }) => {
    const now = groups.get(symptom.group) as GroupEvidence;
    const without = nothingSaid(count);
    for (const one of all)
      if (one.symptom.group === symptom.group && one.fact !== fact)
        add(without, logFactors(knowledge, one.symptom, one.answer, one.fact.confidence), power);
    const log = new Float64Array(count);
    const isTold = !isFromFile(fact);
    for (let c = 0; c < count; c++)
      log[c] =
        combined(now.pro[c] as number, now.contra[c] as number, power) -
        combined(without.pro[c] as number, without.contra[c] as number, power) +
        (isTold ? (symptom.told[c] as number) : 0);
    for (const { cause, given, log: own } of model.combinations)
      if (Object.hasOwn(given, fact.symptom) && holds(given, facts)) log[cause] = (log[cause] as number) + own;
    for (const c of symptom.excludes[answer] as readonly number[])
      if (excluding[c] === 1) log[c] = (log[c] as number) + Math.log(scale.excluded);
    return { fact, log };
  });
  return model.causes.map((_, c) => moves.map(({ fact, log }) => ({ fact, factor: Math.exp(log[c] as number) })));
}

/** For a cause, its typical pattern that the facts fit best; null where it has none or no fact tells them apart. */
export function likeliestPresentation(knowledge: Knowledge, facts: readonly Fact[]): (cause: Cause) => string | null {
  const known = readable(knowledge, facts);
  return ({ presentations }) => {
    let best = 1;
    let likeliest: string | null = null;
    for (const { name, evidence } of presentations) {
      const fit = known.reduce((product, { symptom, answer }) => {
        const words = evidence[symptom.id];
        return words === undefined ? product : product * lift(words, symptom, answer, knowledge.scale);
      }, 1);
      if (fit > best) [best, likeliest] = [fit, name];
    }
    return likeliest;
  };
}
