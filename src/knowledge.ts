/**
 * A knowledge base as the engine uses it: the units as their authors wrote them, and the numbers their words stand for.
 * Pure: texts come in parsed, nothing is read here.
 */
import type { Cause, Check, Framework, Guide, Remedy, Scale, Source, Strength, Symptom } from './schema.ts';

/** Every unit of a checked knowledge base by identifier: what a build ships, as JSON. */
export interface Units {
  readonly causes: Readonly<Record<string, Cause>>;
  readonly symptoms: Readonly<Record<string, Symptom>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  readonly checks: Readonly<Record<string, Check>>;
  readonly guides: Readonly<Record<string, Guide>>;
  readonly sources: Readonly<Record<string, Source>>;
  readonly scale: Scale;
}

export interface Knowledge extends Units {
  readonly model: Model;
}

/**
 * The words as numbers. A *presentation* is one typical pattern of a cause; a cause without any has one, its own
 * evidence. Tables are indexed `answer * presentations + presentation`.
 */
export interface Model {
  readonly causes: readonly string[];
  /** Natural logarithm of the prior probability, one per cause. */
  readonly logPrior: Float64Array;
  readonly logPriorOther: number;
  readonly presentations: readonly { readonly cause: number; readonly name: string | null; readonly logShare: number }[];
  /** First presentation of each cause, and one past the last of all: `[start[c], start[c + 1])`. */
  readonly start: Int32Array;
  readonly symptoms: readonly SymptomModel[];
  readonly symptomIndex: ReadonlyMap<string, number>;
  readonly groupCount: number;
}

export interface SymptomModel {
  readonly id: string;
  readonly answers: readonly string[];
  /** Share of each answer over all failed runs; sums to 1. */
  readonly base: Float64Array;
  readonly trust: number;
  /** Symptoms of one group say partly the same thing. */
  readonly group: number;
  /** P(answer | presentation) / P(answer), before any doubt in the answer. */
  readonly lift: Float64Array;
  /** The lift with the usual doubt, raised to the trust: what an answer from a person multiplies odds with. */
  readonly factor: Float64Array;
  /** Causes that an answer rules out. */
  readonly excludes: readonly (readonly number[])[];
}

/** Turns checked units into a knowledge base. Costs about answers × presentations; 47 causes take a millisecond. */
export function compile(units: Units): Knowledge {
  const { scale } = units;
  const causes = Object.keys(units.causes).sort();
  const presentations: Model['presentations'][number][] = [];
  const patterns: Record<string, Record<string, Strength>>[] = [];
  const start = new Int32Array(causes.length + 1);
  causes.forEach((id, index) => {
    start[index] = presentations.length;
    const cause = units.causes[id] as Cause;
    const own = Object.fromEntries(Object.entries(cause.evidence).map(([symptom, { words }]) => [symptom, words]));
    const listed = cause.presentations;
    const total = listed.reduce((sum, { share }) => sum + scale.presentations[share], 0);
    if (listed.length === 0) {
      presentations.push({ cause: index, name: null, logShare: 0 });
      patterns.push(own);
    }
    for (const { name, share, evidence } of listed) {
      presentations.push({ cause: index, name, logShare: Math.log(scale.presentations[share] / total) });
      patterns.push({ ...own, ...evidence });
    }
  });
  start[causes.length] = presentations.length;

  const groupOf = new Map<string, number>();
  scale.groups.forEach((group, index) => {
    for (const symptom of group.symptoms) groupOf.set(symptom, index);
  });
  let groupCount = scale.groups.length;
  const causeIndex = new Map(causes.map((id, index) => [id, index]));
  const exclusions = new Map<string, number[]>();
  for (const id of causes)
    for (const [symptom, { answers }] of Object.entries((units.causes[id] as Cause)['excluded-by']))
      for (const answer of answers) {
        const key = `${symptom} ${answer}`;
        exclusions.set(key, [...(exclusions.get(key) ?? []), causeIndex.get(id) as number]);
      }

  const symptoms = Object.keys(units.symptoms)
    .sort()
    .map((id): SymptomModel => {
      const symptom = units.symptoms[id] as Symptom;
      const answers = Object.keys(symptom.answers);
      const base = normalised(answers.map((answer) => scale.shares[(symptom.answers[answer] as { share: keyof Scale['shares'] }).share]));
      const trust = scale.trust[symptom.kind];
      const count = presentations.length;
      const lift = new Float64Array(answers.length * count).fill(1);
      patterns.forEach((pattern, presentation) => {
        const words = pattern[id];
        if (words === undefined) return;
        const strengths = answers.map((answer) => scale.strengths[words[answer] ?? words.others ?? 'neutral']);
        const total = strengths.reduce((sum, strength, a) => sum + strength * (base[a] as number), 0);
        strengths.forEach((strength, a) => {
          lift[a * count + presentation] = strength / total;
        });
      });
      return {
        id,
        answers,
        base,
        trust,
        group: groupOf.get(id) ?? groupCount++,
        lift,
        factor: lift.map((value) => doubted(value, scale.doubt.likely) ** trust),
        excludes: answers.map((answer) => exclusions.get(`${id} ${answer}`) ?? []),
      };
    });

  const expert = normalised(causes.map((id) => scale['base-rates'][(units.causes[id] as Cause)['base-rate']]));
  const counts = causes.map((id) => scale.prior.counts[id] ?? 0);
  const weight = scale.prior['expert-weight'];
  const prior = normalised([...expert].map((rate, index) => weight * rate + (counts[index] as number)));
  const model: Model = {
    causes,
    logPrior: prior.map((p) => Math.log(p * (1 - scale.prior.other))),
    logPriorOther: Math.log(scale.prior.other),
    presentations,
    start,
    symptoms,
    symptomIndex: new Map(symptoms.map(({ id }, index) => [id, index])),
    groupCount,
  };
  return { ...units, model };
}

/** A lift when the answer may be wrong: with probability `doubt` it says nothing. */
export function doubted(lift: number, doubt: number): number {
  return (1 - doubt) * lift + doubt;
}

function normalised(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(weights, (weight) => weight / total);
}

/** The code of a unit for a framework; what is written for `any` serves where nothing of its own exists. */
export function codeFor(
  code: Partial<Record<Framework | 'any', string | undefined>>,
  framework: string | null,
): Partial<Record<string, string>> {
  const entries = Object.entries(code).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (framework === null) return Object.fromEntries(entries);
  const own = entries.filter(([key]) => key === framework);
  return Object.fromEntries(own.length > 0 ? own : entries.filter(([key]) => key === 'any'));
}
