import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Case, isHit, type Outcome, score } from '../../bench/evaluate.ts';
import { believe } from '../../src/belief.ts';
import { type Finding, settle } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import type { RunReading } from '../../src/run/reading.ts';
import { readTexts } from './reading.ts';

const knowledge = builtInKnowledge();
const cases = (
  parse(readFileSync(join(import.meta.dirname, '..', 'cases', 'cases.yaml'), 'utf8')) as (Case & { error?: string })[]
).filter(({ log, error }) => log !== undefined || error !== undefined);
const told = ({ answers }: Case): Finding[] =>
  Object.entries(answers).map(([symptom, answer]) => ({ symptom, answer: String(answer), source: 'flag' }));

let readings: RunReading[];
beforeAll(async () => {
  readings = await Promise.all(
    cases.map(({ log = '', error = '' }) => readTexts({ 'train.log': `${log}\n${error}\n` })),
  );
});

function outcome(item: Case, findings: readonly Finding[]): Outcome {
  const { probabilities } = believe(knowledge, settle(knowledge, findings).facts);
  const ranking = knowledge.model.causes
    .map((cause, index) => ({ cause, probability: probabilities[index] as number }))
    .sort((a, b) => b.probability - a.probability);
  return { case: item, ranking, diagnosed: false, questions: [], given: findings };
}

it('what the files of a real run say makes the diagnosis better, not worse', () => {
  const without = cases.map((item) => outcome(item, told(item)));
  const withFiles = cases.map((item, index) => outcome(item, [...told(item), ...(readings[index]?.findings ?? [])]));
  expect(cases.length).toBeGreaterThan(40);
  const [before, after] = [score(without), score(withFiles)];
  expect(after.top1).toBeGreaterThanOrEqual(before.top1);
  expect(after.top3).toBeGreaterThanOrEqual(before.top3);
  expect(after.logLoss).toBeLessThan(before.logLoss);
  // Without a word from the person, the files alone have the cause among the first three in every second run.
  const alone = cases.filter((item, index) => isHit(outcome(item, readings[index]?.findings ?? []), 3));
  expect(alone.length).toBeGreaterThan(cases.length / 2);
});

it('what is read from the files of a real run is what its owner says', () => {
  const value = (symptom: string, answer: string) =>
    settle(knowledge, [{ symptom, answer, source: 'flag' }]).facts[0]?.answer;
  let agreeing = 0;
  const differing = cases.flatMap((item, index) =>
    (readings[index]?.findings ?? []).flatMap(({ symptom, answer }) => {
      const own = { ...item.answers, ...item.later }[symptom];
      if (own === undefined) return [];
      if (value(symptom, String(own)) === value(symptom, answer)) {
        agreeing++;
        return [];
      }
      return [`${item.id} ${symptom}: ${answer}, not ${own}`];
    }),
  );
  expect(differing).toEqual([
    // A reader of tables in pictures has losses of boxes; its first window of fifty steps is NaN as a whole.
    'tablemaster-grad-norm-nan-first-window architecture: detector, not transformer',
    'tablemaster-grad-norm-nan-first-window onset: early, not first-step',
    // Keras on Theano.
    'keras-masking-sentinel-leaks framework: tensorflow, not other',
  ]);
  expect(agreeing).toBeGreaterThan(100);
});
