/**
 * The form of every unit of knowledge, and the only place where it is written down: the types of the whole program are
 * inferred from here. Loaded at run time only to check a knowledge base; `knowledge.ts` imports the types alone.
 */
import * as v from 'valibot';

export const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const id = v.pipe(
  v.string(),
  v.regex(ID, 'lower case, digits and single hyphens, a letter first (`float16-overflow`)'),
);
const prose = (most: number) =>
  v.pipe(v.string(), v.trim(), v.minLength(1, 'some text'), v.maxLength(most, `at most ${most} characters`));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.minLength(1, 'at least one entry'));

export const STRENGTHS = ['always', 'typical', 'common', 'unusual', 'rare', 'never'] as const;
export const BASE_RATES = ['very-common', 'common', 'occasional', 'uncommon', 'rare'] as const;
export const SHARES = ['most', 'many', 'some', 'few', 'hardly-any'] as const;
export const EFFORTS = ['know', 'look', 'one-line', 'rerun'] as const;
export const TRUSTS = ['context', 'observation', 'check'] as const;
export const FRAMEWORKS = ['pytorch', 'tensorflow', 'jax', 'caffe'] as const;
export const FAMILIES = ['optimization', 'data', 'loss', 'numerics', 'precision', 'architecture', 'system'] as const;
export const REMEDY_KINDS = ['cures', 'guards', 'hides'] as const;
export const SOURCE_KINDS = [
  'paper',
  'documentation',
  'source-code',
  'issue',
  'thread',
  'article',
  'measurement',
] as const;
export const EXPECTATIONS = ['first', 'top-3', 'not-first', 'excluded'] as const;

const effort = v.picklist(EFFORTS);
const sources = v.optional(v.array(id), []);
const code = v.strictObject({
  pytorch: v.optional(prose(4000)),
  tensorflow: v.optional(prose(4000)),
  jax: v.optional(prose(4000)),
  caffe: v.optional(prose(4000)),
  any: v.optional(prose(4000)),
});
const correction = v.strictObject({ says: prose(400), right: prose(800) });
/** Symptom → answers: a condition on what is known. */
const condition = v.record(id, list(id));
const words = v.record(id, v.picklist(STRENGTHS));

/** `{ growing: typical, others: rare, because: … }`: the words of one symptom, `because` set apart. */
const reasonedWords = v.pipe(
  v.looseObject({ because: prose(500) }),
  v.rawTransform(({ dataset, addIssue }) => {
    const { because, ...rest } = dataset.value;
    const result: Record<string, (typeof STRENGTHS)[number]> = {};
    for (const [answer, word] of Object.entries(rest)) {
      if (STRENGTHS.includes(word as never)) result[answer] = word as (typeof STRENGTHS)[number];
      else
        addIssue({
          message: STRENGTHS.join(', '),
          input: word,
          path: [{ type: 'object', origin: 'value', input: dataset.value, key: answer, value: word }],
        });
    }
    return { words: result, because };
  }),
);

export const causeSchema = v.strictObject({
  name: prose(60),
  family: v.picklist(FAMILIES),
  summary: prose(240),
  'base-rate': v.picklist(BASE_RATES),
  mechanism: prose(2600),
  signs: list(prose(300)),
  'excluded-by': v.optional(v.record(id, v.strictObject({ answers: list(id), because: prose(300) })), {}),
  evidence: v.record(id, reasonedWords),
  presentations: v.optional(
    v.array(
      v.strictObject({
        name: prose(120),
        share: v.picklist(['main', 'frequent', 'occasional']),
        evidence: v.record(id, words),
      }),
    ),
    [],
  ),
  together: v.optional(
    v.array(v.strictObject({ given: v.record(id, list(id)), strength: v.picklist(STRENGTHS), because: prose(300) })),
    [],
  ),
  'confusable-with': v.optional(v.record(id, v.strictObject({ ask: id, because: prose(300) })), {}),
  confirm: list(v.strictObject({ do: prose(600), expect: prose(400), effort, code: v.optional(code, {}) })),
  remedies: list(v.strictObject({ use: id, note: v.optional(prose(600)) })),
  corrections: v.optional(v.array(correction), []),
  'false-alarms': v.optional(v.array(prose(400)), []),
  amplifies: v.optional(v.boolean(), false),
  aliases: v.optional(v.array(id), []),
  sources: list(id),
  examples: list(
    v.strictObject({
      title: prose(120),
      given: v.record(id, v.union([v.string(), v.number()])),
      expect: v.picklist(EXPECTATIONS),
      instead: v.optional(id),
    }),
  ),
});

export const symptomSchema = v.strictObject({
  name: prose(60),
  question: prose(100),
  help: prose(120),
  how: v.optional(prose(1500)),
  code: v.optional(code, {}),
  kind: v.picklist(TRUSTS),
  effort,
  'find-with': v.optional(v.array(id), []),
  'ask-unless': v.optional(condition, {}),
  'ask-when': v.optional(condition, {}),
  flags: v.optional(v.array(id), []),
  number: v.optional(
    v.strictObject({
      unit: prose(60),
      'half-precision-factor': v.optional(v.pipe(v.number(), v.minValue(1))),
      bands: list(
        v.strictObject({
          when: condition,
          'low-below': v.number(),
          'high-above': v.number(),
          'very-high-above': v.number(),
          basis: prose(300),
        }),
      ),
    }),
  ),
  answers: v.record(
    id,
    v.strictObject({ label: prose(80), share: v.picklist(SHARES), aliases: v.optional(v.array(v.string()), []) }),
  ),
  sources,
});

export const remedySchema = v.strictObject({
  name: prose(60),
  kind: v.picklist(REMEDY_KINDS),
  why: prose(400),
  cost: v.optional(prose(400)),
  check: v.optional(prose(400)),
  effort,
  code: v.optional(code, {}),
  sources,
});

export const checkSchema = v.strictObject({
  name: prose(60),
  do: prose(800),
  why: prose(500),
  cost: v.optional(prose(400)),
  effort,
  answers: v.array(id),
  code: v.optional(code, {}),
  corrections: v.optional(v.array(correction), []),
  sources,
});

export const guideSchema = v.strictObject({
  title: prose(80),
  'answers-question': prose(200),
  body: prose(6000),
  causes: v.optional(v.array(id), []),
  sources: list(id),
});

export const sourcesSchema = v.record(
  id,
  v.strictObject({
    title: prose(240),
    url: v.pipe(v.string(), v.regex(/^https?:\/\//, 'an address with https://')),
    kind: v.picklist(SOURCE_KINDS),
  }),
);

const positive = v.pipe(v.number(), v.minValue(0));
const numbers = <const K extends readonly string[]>(keys: K) =>
  v.strictObject(Object.fromEntries(keys.map((key) => [key, positive])) as { [P in K[number]]: typeof positive });

/** Per cause and symptom: what the odds are multiplied with because a person tells of the symptom at all. */
export const toldSchema = v.record(id, v.record(id, v.pipe(v.number(), v.gtValue(0))));

/** Reports as experts imagine them: what `told.yaml` is computed from. */
export const reportsSchema = v.array(
  v.strictObject({
    cause: id,
    also: v.array(id),
    answers: v.record(id, v.union([v.string(), v.number()])),
    later: v.record(id, v.union([v.string(), v.number()])),
  }),
);

export const scaleSchema = v.strictObject({
  strengths: numbers([...STRENGTHS, 'neutral'] as const),
  shares: numbers(SHARES),
  'base-rates': numbers(BASE_RATES),
  trust: numbers(TRUSTS),
  doubt: numbers(['certain', 'likely', 'weak'] as const),
  prior: v.strictObject({
    other: positive,
    'expert-weight': positive,
    counts: v.record(id, positive),
    basis: prose(600),
  }),
  'group-exponent': positive,
  groups: v.array(v.strictObject({ name: id, because: prose(300), symptoms: list(id) })),
  excluded: positive,
  effort: v.strictObject({
    know: v.strictObject({ cost: positive, answerable: positive }),
    look: v.strictObject({ cost: positive, answerable: positive }),
    'one-line': v.strictObject({ cost: positive, answerable: positive }),
    rerun: v.strictObject({ cost: positive, answerable: positive }),
  }),
  opening: id,
  stop: v.strictObject({ probability: positive, gain: positive }),
  diagnosed: v.strictObject({ probability: positive, lead: positive }),
  remedy: v.strictObject({
    cures: positive,
    guards: positive,
    hides: positive,
    'next-in-line': positive,
    confirm: positive,
  }),
});

export type Cause = v.InferOutput<typeof causeSchema>;
export type Symptom = v.InferOutput<typeof symptomSchema>;
export type Remedy = v.InferOutput<typeof remedySchema>;
export type Check = v.InferOutput<typeof checkSchema>;
export type Guide = v.InferOutput<typeof guideSchema>;
export type Source = v.InferOutput<typeof sourcesSchema>[string];
export type Told = v.InferOutput<typeof toldSchema>;
export type ImaginedReport = v.InferOutput<typeof reportsSchema>[number];
export type Scale = v.InferOutput<typeof scaleSchema>;
export type Code = v.InferOutput<typeof code>;
export type Effort = (typeof EFFORTS)[number];
export type Strength = (typeof STRENGTHS)[number];
export type Framework = (typeof FRAMEWORKS)[number];
