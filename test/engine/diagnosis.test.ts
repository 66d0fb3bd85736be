/** What the report says beside the ranking: code for the framework at hand, what is open, what contradicts itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose, type Given } from '../../src/diagnosis.ts';
import { UNSURE } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import type { Remedy } from '../../src/schema.ts';
import { facts } from './facts.ts';

const knowledge = builtInKnowledge();
const told = (given: Readonly<Record<string, string>>): Given[] =>
  Object.entries(given).map(([symptom, answer]) => ({ symptom, answer }));

describe('the code of a report', () => {
  const codes = (framework?: string) =>
    diagnose(knowledge, told({ 'bad-op': 'log', ...(framework && { framework }) })).causes.flatMap(({ remedies }) =>
      remedies.map(({ id, code }) => ({ code, all: (knowledge.remedies[id] as Remedy).code })),
    );

  it.each(['pytorch', 'tensorflow', 'jax', 'caffe'] as const)('is for %s where that is what is used', (framework) => {
    const shown = codes(framework);
    for (const { code, all } of shown) expect(code).toBe(all[framework] ?? all.any ?? null);
    expect(shown.some(({ all }) => all[framework] !== undefined)).toBe(true);
  });

  it('is for no framework by name where another one is used', () => {
    for (const { code, all } of codes('other')) expect(code).toBe(all.any ?? null);
  });

  it('is for the most used framework until it is known', () => {
    for (const { code, all } of codes()) expect(code).toBe(all.pytorch ?? all.any ?? null);
  });
});

describe('what is left unchecked', () => {
  it('repeats neither the next question nor an answer, and tells first what nobody was sure of', () => {
    fc.assert(
      fc.property(
        facts(knowledge, 8),
        fc.subarray(Object.keys(knowledge.symptoms), { maxLength: 4 }),
        (given, asked) => {
          const unsure = asked.filter((symptom) => !given.some((fact) => fact.symptom === symptom));
          const { next, unchecked } = diagnose(knowledge, [
            ...given,
            ...unsure.map((symptom) => ({ symptom, answer: UNSURE })),
          ]);
          const open = unchecked.map(({ symptom }) => symptom);
          expect(open.slice(0, unsure.length)).toEqual(unsure);
          expect(new Set(open).size).toBe(open.length);
          expect(open).not.toContain(next?.symptom);
          for (const { symptom } of given) expect(open).not.toContain(symptom);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a contradiction', () => {
  it('is told with both sides and where they come from', () => {
    const { evidence, conflicts } = diagnose(knowledge, [
      { symptom: 'dtype', answer: 'mixed-float16', source: 'config.yaml:3', detail: 'fp16: true' },
      { symptom: 'dtype', answer: 'float32', source: 'flag' },
    ]);
    expect(evidence).toEqual([{ symptom: 'dtype', answer: 'float32', source: 'flag' }]);
    expect(conflicts).toEqual([
      {
        symptom: 'dtype',
        kept: { symptom: 'dtype', answer: 'float32', source: 'flag' },
        dropped: [{ symptom: 'dtype', answer: 'mixed-float16', source: 'config.yaml:3', detail: 'fp16: true' }],
      },
    ]);
  });

  it('counts once: the answer that is kept decides, the other weighs nothing', () => {
    const kept: Given = { symptom: 'dtype', answer: 'float32', source: 'flag' };
    const chances = (given: readonly Given[]) =>
      diagnose(knowledge, given).causes.map(({ id, probability }) => [id, probability]);
    expect(chances([kept, { symptom: 'dtype', answer: 'float16', source: 'a.log:1' }])).toEqual(chances([kept]));
  });
});

describe('a run without a non-finite value', () => {
  it('is never diagnosed, however telling the facts are', () => {
    const given = told({ 'lr-value': 'non-finite', 'first-bad-tensor': 'learning-rate', framework: 'caffe' });
    expect(diagnose(knowledge, given).verdict).toBe('diagnosed');
    expect(diagnose(knowledge, given, { nothingNonFinite: true }).verdict).toBe('nothing-nonfinite');
  });
});

it('nobody mentioned what was read from a file: no reason says so', () => {
  const reasons = (source: string) =>
    Object.entries(knowledge.symptoms).flatMap(([symptom, { answers }]) =>
      Object.keys(answers).flatMap((answer) =>
        diagnose(knowledge, [{ symptom, answer, source }]).causes.flatMap((cause) => [...cause.for, ...cause.against]),
      ),
    );
  const isMention = ({ because }: { because: string | null }) => because?.startsWith('Reports of this cause mention');
  expect(reasons('flag').some(isMention)).toBe(true);
  expect(reasons('train.log:3').filter(isMention)).toEqual([]);
});
