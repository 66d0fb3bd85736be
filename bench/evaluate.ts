/** How often the diagnosis is right on real, resolved reports: the figures behind `npm run bench:cases` and its test. */
import { believe } from '../src/belief.ts';
import { verdict } from '../src/diagnosis.ts';
import { type Finding, settle, UNSURE } from '../src/evidence.ts';
import type { Knowledge } from '../src/knowledge.ts';
import { nextQuestion } from '../src/question.ts';

export interface Case {
  readonly id: string;
  readonly source: string;
  readonly natural: boolean;
  readonly difficulty: 'names-mechanism' | 'hints' | 'bare';
  readonly weak?: boolean;
  readonly report: string;
  /** What the first report states. */
  readonly answers: Readonly<Record<string, string | number>>;
  /** What the reporter could answer if asked. */
  readonly later?: Readonly<Record<string, string | number>>;
  readonly log?: string;
  readonly error?: string;
  readonly cause: string;
  /** Causes that the outcome supports about equally. */
  readonly also?: readonly string[];
  readonly resolution: string;
}

export const MODES = ['first-post', 'interview', 'cold-interview', 'all-facts'] as const;
export type Mode = (typeof MODES)[number];

/** A ranking of causes, `other` among them, with probabilities that sum to 1. */
export type Ranking = readonly { readonly cause: string; readonly probability: number }[];

export interface Outcome {
  readonly case: Case;
  readonly ranking: Ranking;
  readonly diagnosed: boolean;
  readonly questions: readonly string[];
  readonly given: readonly Finding[];
}

export interface Score {
  readonly cases: number;
  readonly top1: number;
  readonly top3: number;
  readonly logLoss: number;
  /** Expected calibration error of the first cause's probability, ten bins. */
  readonly ece: number;
  readonly diagnosed: { readonly coverage: number; readonly precision: number };
  readonly medianQuestions: number;
}

const MOST_QUESTIONS = 12;

const findings = (answers: Readonly<Record<string, string | number>>, source: string): Finding[] =>
  Object.entries(answers).map(([symptom, answer]) => ({ symptom, answer: String(answer), source }));

/** Plays one case: what is known at first, then at most twelve questions that the case answers or is unsure of. */
export function play(knowledge: Knowledge, item: Case, mode: Mode, without: readonly string[] = []): Outcome {
  const all = { ...item.answers, ...item.later };
  const allowed = (given: readonly Finding[]) => given.filter(({ symptom }) => !without.includes(symptom));
  const answers = allowed(findings(item.answers, 'flag'));
  const later = allowed(findings(all, 'interview'));
  const given: Finding[] = mode === 'cold-interview' ? [] : mode === 'all-facts' ? [...later] : [...answers];
  const questions: string[] = [];
  const interview = mode === 'interview' || mode === 'cold-interview';
  for (;;) {
    const evidence = settle(knowledge, given);
    const belief = believe(knowledge, evidence.facts);
    const next = interview && questions.length < MOST_QUESTIONS ? nextQuestion(knowledge, evidence, belief) : null;
    if (next === null) {
      const ranking = [
        ...knowledge.model.causes.map((cause, index) => ({
          cause,
          probability: belief.probabilities[index] as number,
        })),
        { cause: 'other', probability: belief.other },
      ].sort((a, b) => b.probability - a.probability || (a.cause < b.cause ? -1 : 1));
      return { case: item, ranking, diagnosed: verdict(knowledge, belief) === 'diagnosed', questions, given };
    }
    questions.push(next.symptom);
    const known = later.find(({ symptom }) => symptom === next.symptom);
    given.push(known ?? { symptom: next.symptom, answer: UNSURE, source: 'interview' });
  }
}

const right = (item: Case): readonly string[] => [item.cause, ...(item.also ?? [])];

export const isHit = ({ case: item, ranking }: Outcome, among: number): boolean =>
  ranking.slice(0, among).some(({ cause }) => right(item).includes(cause));

export function score(outcomes: readonly Outcome[]): Score {
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  const share = (test: (outcome: Outcome) => boolean) => mean(outcomes.map((outcome) => Number(test(outcome))));
  const bins = Array.from({ length: 10 }, () => ({ said: 0, hit: 0, count: 0 }));
  for (const outcome of outcomes) {
    const said = outcome.ranking[0]?.probability ?? 0;
    const bin = bins[Math.min(9, Math.floor(said * 10))] as (typeof bins)[number];
    bin.said += said;
    bin.hit += Number(isHit(outcome, 1));
    bin.count++;
  }
  const told = outcomes.filter(({ diagnosed }) => diagnosed);
  const questions = outcomes.map((outcome) => outcome.questions.length).sort((a, b) => a - b);
  return {
    cases: outcomes.length,
    top1: share((outcome) => isHit(outcome, 1)),
    top3: share((outcome) => isHit(outcome, 3)),
    logLoss: mean(
      outcomes.map(
        ({ case: item, ranking }) =>
          -Math.log(
            Math.max(
              1e-12,
              ranking
                .filter(({ cause }) => right(item).includes(cause))
                .reduce((sum, { probability }) => sum + probability, 0),
            ),
          ),
      ),
    ),
    ece: bins.reduce((sum, { said, hit }) => sum + Math.abs(said - hit), 0) / Math.max(1, outcomes.length),
    diagnosed: {
      coverage: told.length / Math.max(1, outcomes.length),
      precision: mean(told.map((outcome) => Number(isHit(outcome, 1)))),
    },
    medianQuestions: questions[Math.floor(questions.length / 2)] ?? 0,
  };
}

/** The order of the source thread's accepted answer, then what its other answers add. */
const THREAD = [
  'lr-too-high',
  'lr-schedule-nonfinite',
  'faulty-custom-loss',
  'nonfinite-input',
  'pooling-stride-exceeds-kernel',
  'unstable-normalization',
  'relu-in-recurrent',
  'float16-overflow',
  'uninitialized-parameters',
  'excess-sparsity',
  'sqrt-at-zero',
];

const asRanking = (weights: ReadonlyMap<string, number>): Ranking => {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return [...weights]
    .map(([cause, weight]) => ({ cause, probability: weight / total }))
    .sort((a, b) => b.probability - a.probability || (a.cause < b.cause ? -1 : 1));
};

/** What simpler means reach on the same facts. */
export function baselines(knowledge: Knowledge, cases: readonly Case[], all: boolean): Record<string, Score> {
  const belief = believe(knowledge, []);
  const causes = [...knowledge.model.causes, 'other'];
  const prior = new Map(causes.map((cause, index) => [cause, belief.probabilities[index] ?? belief.other]));
  const thread = new Map(
    causes.map((cause) => [cause, THREAD.includes(cause) ? 1 / (1 + THREAD.indexOf(cause)) : 0.001]),
  );
  const facts = (item: Case) =>
    settle(knowledge, findings(all ? { ...item.answers, ...item.later } : item.answers, 'flag')).facts;
  const known = cases.map((item) => ({ item, facts: facts(item) }));
  const counting = ({ item, facts: own }: (typeof known)[number]) => {
    const others = known.filter((one) => one.item !== item);
    const weights = new Map<string, number>();
    for (const cause of causes) {
      const same = others.filter((one) => one.item.cause === cause);
      let log = Math.log((same.length + 0.5) / (others.length + 0.5 * causes.length));
      for (const { symptom, answer } of own) {
        const size = knowledge.model.symptoms[knowledge.model.symptomIndex.get(symptom) ?? 0]?.answers.length ?? 1;
        const spoke = same.filter((one) => one.facts.some((fact) => fact.symptom === symptom));
        const agree = spoke.filter((one) =>
          one.facts.some((fact) => fact.symptom === symptom && fact.answer === answer),
        );
        log += Math.log((agree.length + 1) / (spoke.length + size));
      }
      weights.set(cause, Math.exp(log));
    }
    return asRanking(weights);
  };
  const run = (rank: (one: (typeof known)[number]) => Ranking) =>
    score(known.map((one) => ({ case: one.item, ranking: rank(one), diagnosed: false, questions: [], given: [] })));
  return {
    'prior only': run(() => asRanking(prior)),
    'thread, in its order': run(() => asRanking(thread)),
    'naive counting, leave one out': run(counting),
  };
}
