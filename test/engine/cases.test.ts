import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Case, MODES, type Mode, play, type Score, score } from '../../bench/evaluate.ts';
import { builtInKnowledge } from '../../src/files.ts';

const root = join(import.meta.dirname, '../..');
const knowledge = builtInKnowledge();
const cases = parse(readFileSync(join(root, 'test/cases/cases.yaml'), 'utf8')) as Case[];
const committed = JSON.parse(readFileSync(join(root, 'bench/cases.json'), 'utf8')) as Record<Mode, Score>;
const scores = Object.fromEntries(
  MODES.map((mode) => [mode, score(cases.map((item) => play(knowledge, item, mode)))]),
) as Record<Mode, Score>;

it('the accuracy that is on record is the one that is measured (`npm run bench:cases -- --write` records it)', () => {
  // The last digits of a logarithm may differ between versions of Node.
  const digits = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, part) => (typeof part === 'number' ? Number(part.toFixed(9)) : part));
  expect(digits(scores)).toEqual(digits(committed));
});

it('all cases count', () => {
  expect(cases).toHaveLength(185);
  for (const mode of MODES) expect(scores[mode].cases).toBe(185);
});

it.each([
  ['first-post', 0.44, 0.66],
  ['interview', 0.74, 0.86],
  ['cold-interview', 0.62, 0],
] as const)(
  '%s: the right cause is first in at least %f and among three in at least %f of the cases',
  (mode, top1, top3) => {
    expect(scores[mode].top1).toBeGreaterThanOrEqual(top1);
    expect(scores[mode].top3).toBeGreaterThanOrEqual(top3);
  },
);

it('a diagnosis after an interview is right in nine of ten cases, and is made in nearly half of them', () => {
  expect(scores.interview.diagnosed.precision).toBeGreaterThanOrEqual(0.9);
  expect(scores.interview.diagnosed.coverage).toBeGreaterThanOrEqual(0.45);
});

it('the probability of the first cause after an interview is off by a tenth at most', () => {
  expect(scores.interview.ece).toBeLessThanOrEqual(0.1);
});
