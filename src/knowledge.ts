/**
 * A knowledge base as the engine uses it: the units as their authors wrote them, and the numbers their words stand for.
 * Pure: texts come in parsed, nothing is read here.
 */
import type { Cause, Check, Code, Guide, Remedy, Scale, Source, Strength, Symptom, Told } from './schema.ts';

/** Every unit of a checked knowledge base by identifier: what a build ships, as JSON. */
export interface Units {
  readonly causes: Readonly<Record<string, Cause>>;
  readonly symptoms: Readonly<Record<string, Symptom>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  readonly checks: Readonly<Record<string, Check>>;
  readonly guides: Readonly<Record<string, Guide>>;
  readonly sources: Readonly<Record<string, Source>>;
  readonly scale: Scale;
  readonly told: Told;
}

export interface Knowledge extends Units {
  readonly model: Model;
}

/** The words as numbers. Tables are indexed `answer * causes + cause`. */
export interface Model {
  readonly causes: readonly string[];
  /** Natural logarithm of the prior odds against `other`, one per cause. */
  readonly logPrior: Float64Array;
  readonly symptoms: readonly SymptomModel[];
  readonly symptomIndex: ReadonlyMap<string, number>;
  /** Answers that mean more, or less, together than each does alone. */
  readonly combinations: readonly Combination[];
}

export interface SymptomModel {
  readonly id: string;
  readonly answers: readonly string[];
  /** Share of each answer over all failed runs; sums to 1. */
  readonly base: Float64Array;
  readonly trust: number;
  /** Symptoms of one group say partly the same thing. */
  readonly group: number;
  /** Whether other symptoms share the group. */
  readonly isGrouped: boolean;
  /** P(answer | cause) / P(answer), before any doubt in the answer. */
  readonly lift: Float64Array;
  /** Logarithm of what an answer multiplies odds with: the lift with the usual doubt, raised to the trust. */
  readonly log: Float64Array;
  /** Per cause, the logarithm of what it says that a person tells of this symptom at all. */
  readonly told: Float64Array;
  /** Causes that an answer rules out. */
  readonly excludes: readonly (readonly number[])[];
}

export interface Combination {
  readonly cause: number;
  readonly given: Readonly<Record<string, readonly string[]>>;
  readonly log: number;
}

/** Turns checked units into a knowledge base. Costs about answers × causes; 47 causes take a millisecond. */
export function compile(units: Units): Knowledge {
  const { scale } = units;
  const causes = Object.keys(units.causes).sort();
  const cause = causes.map((id) => units.causes[id] as Cause);
  const groups = new Map(
    scale.groups.flatMap(({ symptoms }, index) => symptoms.map((symptom) => [symptom, index] as const)),
  );
  const excluded = new Map<string, number[]>();
  cause.forEach((unit, index) => {
    for (const [symptom, { answers }] of Object.entries(unit['excluded-by']))
      for (const answer of answers) {
        const key = `${symptom} ${answer}`;
        excluded.set(key, [...(excluded.get(key) ?? []), index]);
      }
  });
  const symptoms = Object.keys(units.symptoms)
    .sort()
    .map((id, index): Omit<SymptomModel, 'log'> => {
      const symptom = units.symptoms[id] as Symptom;
      const answers = Object.keys(symptom.answers);
      const base = normalised(Object.values(symptom.answers).map(({ share }) => scale.shares[share]));
      const trust = scale.trust[symptom.kind];
      const table = new Float64Array(answers.length * causes.length).fill(1);
      cause.forEach(({ evidence }, c) => {
        const words = evidence[id]?.words;
        if (words !== undefined)
          for (let a = 0; a < answers.length; a++)
            table[a * causes.length + c] = lift(words, { answers, base }, a, scale);
      });
      const group = groups.get(id);
      return {
        id,
        answers,
        base,
        trust,
        group: group ?? scale.groups.length + index,
        isGrouped: group !== undefined,
        lift: table,
        told: Float64Array.from(causes, (name) => Math.log(units.told[name]?.[id] ?? 1)),
        excludes: answers.map((answer) => excluded.get(`${id} ${answer}`) ?? []),
      };
    });
  const expert = normalised(cause.map((unit) => scale['base-rates'][unit['base-rate']]));
  const prior = normalised(
    causes.map((id, index) => scale.prior['expert-weight'] * (expert[index] as number) + (scale.prior.counts[id] ?? 0)),
  );
  const { other } = scale.prior;
  return {
    ...units,
    model: {
      causes,
      logPrior: prior.map((p) => Math.log((p * (1 - other)) / other)),
      symptoms: withLogs(symptoms, scale),
      symptomIndex: new Map(symptoms.map(({ id }, index) => [id, index])),
      combinations: cause.flatMap(({ together }, index) =>
        together.map(({ given, strength }) => ({ cause: index, given, log: Math.log(scale.strengths[strength]) })),
      ),
    },
  };
}

/** A model whose tables stand apart: `tables` holds base, told and lift of every symptom, one after the other. */
export interface StoredModel {
  readonly causes: readonly string[];
  readonly logPrior: readonly number[];
  readonly symptoms: readonly Pick<SymptomModel, 'id' | 'answers' | 'trust' | 'group' | 'isGrouped' | 'excludes'>[];
  readonly combinations: readonly Combination[];
}

/** The model as data and one table of numbers, so that a build can ship it ready made. */
export function storeModel({ causes, logPrior, symptoms, combinations }: Model): {
  model: StoredModel;
  tables: Float64Array;
} {
  return {
    model: {
      causes,
      logPrior: [...logPrior],
      symptoms: symptoms.map(({ id, answers, trust, group, isGrouped, excludes }) => ({
        id,
        answers,
        trust,
        group,
        isGrouped,
        excludes,
      })),
      combinations,
    },
    tables: Float64Array.from(symptoms.flatMap(({ base, told, lift }) => [...base, ...told, ...lift])),
  };
}

/** The inverse of `storeModel`; the tables are used in place. */
export function restoreModel(
  { causes, logPrior, symptoms, combinations }: StoredModel,
  tables: Float64Array,
  scale: Scale,
): Model {
  let from = 0;
  const next = (length: number) => {
    from += length;
    return tables.subarray(from - length, from);
  };
  return {
    causes,
    logPrior: Float64Array.from(logPrior),
    symptoms: withLogs(
      symptoms.map((symptom) => ({
        ...symptom,
        base: next(symptom.answers.length),
        told: next(causes.length),
        lift: next(symptom.answers.length * causes.length),
      })),
      scale,
    ),
    symptomIndex: new Map(symptoms.map(({ id }, index) => [id, index])),
    combinations,
  };
}

/** The multipliers of `told.yaml`, which have two decimals, back from a model. */
export function toldOf({ causes, symptoms }: Model): Told {
  return Object.fromEntries(
    causes.map((cause, c) => [
      cause,
      Object.fromEntries(
        symptoms
          .filter(({ told }) => told[c] !== 0)
          .map(({ id, told }) => [id, Number(Math.exp(told[c] as number).toFixed(2))]),
      ),
    ]),
  );
}

/** P(answer | words) / P(answer): the words' strengths, normalised so that writing more of them is not louder. */
export function lift(
  words: Readonly<Record<string, Strength>>,
  { answers, base }: Pick<SymptomModel, 'answers' | 'base'>,
  answer: number,
  { strengths }: Scale,
): number {
  const strength = (at: number) => strengths[words[answers[at] as string] ?? words.others ?? 'neutral'];
  let total = 0;
  for (let at = 0; at < base.length; at++) total += strength(at) * (base[at] as number);
  return strength(answer) / total;
}

/**
 * Adds the logarithms of the lifts. One loop over all of them without a call: at the start of a process it is half of what
 * loading the knowledge costs, and V8 compiles a loop that runs for long, not a function that runs often.
 */
function withLogs(symptoms: readonly Omit<SymptomModel, 'log'>[], { doubt }: Scale): SymptomModel[] {
  const sure = 1 - doubt.likely;
  const logs = symptoms.map(({ lift }) => new Float64Array(lift.length));
  for (let s = 0; s < symptoms.length; s++) {
    const { lift, trust } = symptoms[s] as SymptomModel;
    const log = logs[s] as Float64Array;
    for (let i = 0; i < lift.length; i++) {
      const own = lift[i] as number;
      // Half of the lifts are 1, whose logarithm is 0.
      if (own !== 1) log[i] = trust * Math.log(sure * own + doubt.likely);
    }
  }
  return symptoms.map((symptom, s) => ({ ...symptom, log: logs[s] as Float64Array }));
}

/** A lift when the answer may be wrong: with probability `doubt` it says nothing. */
export function doubted(lift: number, doubt: number): number {
  return (1 - doubt) * lift + doubt;
}

function normalised(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(weights, (weight) => weight / total);
}

/** The code of a unit for a framework and no other; what is written for `any` serves where nothing of its own exists. */
export function codeFor(code: Code, framework: string): string | null {
  return code[framework as keyof Code] ?? code.any ?? null;
}
