/**
 * A second, slow telling of what the engine says, written from the description of belief and of the words, with plain
 * products and sums over every cause and answer. It shares with the engine only the units and what a fact looks like.
 */
import type { Fact } from '../../src/evidence.ts';
import type { Units } from '../../src/knowledge.ts';
import type { Cause, Symptom } from '../../src/schema.ts';

export interface Odds {
  /** Probability per cause. */
  readonly causes: Readonly<Record<string, number>>;
  readonly other: number;
}

/** Probabilities of everything, out of odds against `other`. */
export function beliefOf(units: Units, facts: readonly Fact[]): Odds {
  const ids = Object.keys(units.causes);
  const weights = ids.map((id) => oddsOf(units, id, facts));
  const total = weights.reduce((sum, weight) => sum + weight, 1);
  return {
    causes: Object.fromEntries(ids.map((id, index) => [id, (weights[index] as number) / total])),
    other: 1 / total,
  };
}

function oddsOf(units: Units, id: string, facts: readonly Fact[]): number {
  const { scale } = units;
  const cause = units.causes[id] as Cause;
  const power = scale['group-exponent'];
  const logs = facts.map((fact) => ({
    group: groupOf(units, fact.symptom),
    log: Math.log(weightOf(units, cause, fact)),
  }));
  let odds = priorOdds(units, id);
  for (const group of new Set(logs.map((one) => one.group))) {
    const own = logs.filter((one) => one.group === group).map(({ log }) => log);
    const norm = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** power, 0) ** (1 / power);
    const speaksFor = norm(own.map((log) => Math.max(0, log)));
    const speaksAgainst = norm(own.map((log) => Math.max(0, -log)));
    odds *= Math.exp(speaksFor - speaksAgainst);
  }
  for (const { symptom, source } of facts) if (!/:\d+$/.test(source)) odds *= units.told[id]?.[symptom] ?? 1;
  for (const { given, strength } of cause.together)
    if (
      Object.entries(given).every(([symptom, answers]) =>
        facts.some((fact) => fact.symptom === symptom && answers.includes(fact.answer)),
      )
    )
      odds *= scale.strengths[strength];
  if (facts.some(({ symptom, answer }) => cause['excluded-by'][symptom]?.answers.includes(answer)))
    odds *= scale.excluded;
  return odds;
}

function priorOdds({ causes, scale }: Units, id: string): number {
  const expert = (name: string) => scale['base-rates'][(causes[name] as Cause)['base-rate']];
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const experts = sum(Object.keys(causes).map(expert));
  const cases = (name: string) =>
    (scale.prior['expert-weight'] * expert(name)) / experts + (scale.prior.counts[name] ?? 0);
  const share = cases(id) / sum(Object.keys(causes).map(cases));
  return (share * (1 - scale.prior.other)) / scale.prior.other;
}

/** What one answer multiplies the odds of a cause with, were it the only one of its group. */
function weightOf(units: Units, cause: Cause, { symptom, answer, confidence }: Fact): number {
  const { scale } = units;
  const doubt = scale.doubt[confidence ?? 'likely'];
  return (
    ((1 - doubt) * liftOf(units, cause, symptom, answer) + doubt) **
    scale.trust[(units.symptoms[symptom] as Symptom).kind]
  );
}

/** How much more often an answer is the true one under a cause than over all failed runs. */
function liftOf(units: Units, cause: Cause, symptom: string, answer: string): number {
  const words = cause.evidence[symptom]?.words;
  if (words === undefined) return 1;
  const { strengths } = units.scale;
  const strength = (one: string) => strengths[words[one] ?? words.others ?? 'neutral'];
  const shares = sharesOf(units, symptom);
  return strength(answer) / [...shares].reduce((sum, [one, share]) => sum + share * strength(one), 0);
}

/** The share of each answer over all failed runs. */
function sharesOf({ symptoms, scale }: Units, symptom: string): Map<string, number> {
  const answers = Object.entries((symptoms[symptom] as Symptom).answers);
  const total = answers.reduce((sum, [, { share }]) => sum + scale.shares[share], 0);
  return new Map(answers.map(([answer, { share }]) => [answer, scale.shares[share] / total]));
}

function groupOf({ scale }: Units, symptom: string): string {
  return scale.groups.find(({ symptoms }) => symptoms.includes(symptom))?.name ?? symptom;
}

function entropyOf({ causes, other }: Odds): number {
  return [...Object.values(causes), other].reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
}

/**
 * By how many bits the entropy over causes is expected to fall when a person answers a symptom: every answer is given
 * in turn, and weighs as much as it is expected under what is believed now.
 */
export function gainOf(units: Units, facts: readonly Fact[], symptom: string): number {
  const now = beliefOf(units, facts);
  const doubt = units.scale.doubt.likely;
  let expected = 0;
  let mass = 0;
  for (const [answer, share] of sharesOf(units, symptom)) {
    const chance =
      share *
      Object.entries(now.causes).reduce(
        (sum, [id, p]) => sum + p * ((1 - doubt) * liftOf(units, units.causes[id] as Cause, symptom, answer) + doubt),
        now.other,
      );
    mass += chance;
    expected += chance * entropyOf(beliefOf(units, [...facts, { symptom, answer, source: 'interview' }]));
  }
  return entropyOf(now) - expected / mass;
}
