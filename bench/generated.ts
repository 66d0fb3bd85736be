/** Knowledge bases of any size that no one wrote: for measurements, and for tests that must not know the real one. */
import type { Units } from '../src/knowledge.ts';
import {
  BASE_RATES,
  type Cause,
  EFFORTS,
  type Remedy,
  type Scale,
  SHARES,
  STRENGTHS,
  type Symptom,
  TRUSTS,
} from '../src/schema.ts';

export interface Size {
  readonly causes: number;
  readonly symptoms: number;
  /** On how many symptoms a cause speaks, at most. */
  readonly words: number;
  /** Combinations of answers per cause, at most. */
  readonly combinations: number;
}

/** A repeatable sequence of numbers from 0 to below 1. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The units of a generated knowledge base; the same seed gives the same. */
export function generatedUnits(seed: number, size: Size, scale: Scale): Units {
  const random = sequence(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const ids = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
  const record = <T>(names: readonly string[], make: (id: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((id) => [id, make(id)]));
  const some = (names: readonly string[], most: number) =>
    [...new Set(Array.from({ length: below(most + 1) }, () => pick(names)))].sort();

  const symptomIds = ids('symptom', size.symptoms);
  const symptoms = record(
    symptomIds,
    (id): Symptom => ({
      name: id,
      question: `${id}?`,
      help: id,
      code: {},
      kind: pick(TRUSTS),
      effort: pick(EFFORTS),
      'find-with': [],
      'ask-unless': {},
      'ask-when': {},
      flags: [],
      answers: record(ids('answer', 2 + below(4)), (answer) => ({ label: answer, share: pick(SHARES), aliases: [] })),
      sources: [],
    }),
  );
  const answerOf = (symptom: string) => pick(Object.keys((symptoms[symptom] as Symptom).answers));
  const remedyIds = ids('remedy', Math.max(1, size.causes >> 1));
  const remedies = record(
    remedyIds,
    (id): Remedy => ({
      name: id,
      kind: pick(['cures', 'guards', 'hides']),
      why: id,
      effort: pick(EFFORTS),
      code: {},
      sources: [],
    }),
  );
  const causes = record(
    ids('cause', size.causes),
    (id): Cause => ({
      name: id,
      family: 'numerics',
      summary: id,
      'base-rate': pick(BASE_RATES),
      mechanism: id,
      signs: [id],
      'excluded-by': record(random() < 0.3 ? [pick(symptomIds)] : [], (symptom) => ({
        answers: [answerOf(symptom)],
        because: id,
      })),
      evidence: record(some(symptomIds, size.words), (symptom) => ({
        words: {
          ...record([answerOf(symptom), answerOf(symptom)], () => pick(STRENGTHS)),
          ...(random() < 0.3 ? { others: pick(STRENGTHS) } : {}),
        },
        because: id,
      })),
      presentations: [],
      together: Array.from({ length: below(size.combinations + 1) }, () => ({
        given: record([pick(symptomIds), pick(symptomIds)], (symptom) => [answerOf(symptom)]),
        strength: pick(STRENGTHS),
        because: id,
      })),
      'confusable-with': {},
      confirm: [{ do: id, expect: id, effort: pick(EFFORTS), code: {} }],
      remedies: [{ use: pick(remedyIds) }, { use: pick(remedyIds) }],
      corrections: [],
      'false-alarms': [],
      amplifies: false,
      aliases: [],
      sources: [],
      examples: [],
    }),
  );
  return {
    causes,
    symptoms,
    remedies,
    checks: {},
    guides: {},
    sources: {},
    told: record(Object.keys(causes), () => record(some(symptomIds, size.words), () => 0.5 + 2 * random())),
    scale: {
      ...scale,
      prior: { ...scale.prior, counts: record(some(Object.keys(causes), 8), () => 1 + below(10)) },
      groups: [0, 1, 2].map((index) => ({
        name: `group-${index}`,
        because: 'generated',
        symptoms: symptomIds.filter((_, place) => place % 5 === index),
      })),
      opening: symptomIds[0] as string,
    },
  };
}
