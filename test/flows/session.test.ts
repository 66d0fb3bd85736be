import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis.ts';
import { type Finding, UsageError } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { commandLine, loadSession, saveSession } from '../../src/session.ts';
import { reducedKnowledge } from './reduced.ts';

const knowledge = builtInKnowledge();
const finding = fc.constantFrom(...Object.entries(knowledge.symptoms)).chain(([symptom, { answers }]) =>
  fc.record({
    symptom: fc.constant(symptom),
    answer: fc.constantFrom(...Object.keys(answers), 'unsure'),
    source: fc.constantFrom('flag', 'interview', 'answers-file', 'train.log:12'),
  }),
);
const findings = fc.uniqueArray(finding, { selector: ({ symptom }) => symptom, maxLength: 12 });

describe('a saved session', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const text = saveSession(knowledge, given);
        expect(loadSession(knowledge, text, 's.json')).toEqual({ findings: given, notes: [] });
        expect(saveSession(knowledge, given)).toBe(text);
      }),
    );
  });

  it('says what the knowledge of today does not know any more, and keeps the rest', () => {
    const given: Finding[] = [
      { symptom: 'loss-trend', answer: 'growing', source: 'interview' },
      { symptom: 'pooling', answer: 'usual', source: 'interview' },
      { symptom: 'dtype', answer: 'float32', source: 'interview' },
    ];
    const text = saveSession(knowledge, given).replace('"float32"', '"float12"');
    const { findings: kept, notes } = loadSession(reducedKnowledge(), text, 's.json');
    expect(kept).toEqual([given[0]]);
    expect(notes).toHaveLength(2);
    expect(notes.join()).toMatch(/"pooling" is not asked any more.*"float12" is no answer to/s);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"schema":"other"}',
    '{"schema":"whynan/session@1"}',
    '{"schema":"whynan/session@1","findings":{}}',
  ])('is refused where it is none: %s', (text) => {
    expect(() => loadSession(knowledge, text, 's.json')).toThrow(UsageError);
  });

  it('survives any entries', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (entries) => {
        const { findings: kept } = loadSession(
          knowledge,
          JSON.stringify({ schema: 'whynan/session@1', findings: entries }),
          's.json',
        );
        expect(kept).toEqual([]);
      }),
    );
  });
});

describe('the command line of a session', () => {
  it('gives the same diagnosis as its findings', () => {
    fc.assert(
      fc.property(findings, (given) => {
        const words = commandLine(knowledge, given).split(' ').slice(1);
        const flags: Finding[] = [];
        for (let index = 0; index < words.length; index += 2)
          flags.push({
            symptom: (words[index] as string).slice(2),
            answer: words[index + 1] as string,
            source: 'flag',
          });
        const told = given.map((one) => ({ ...one, source: 'flag' }));
        const probabilities = (list: Finding[]) =>
          diagnose(knowledge, list).causes.map(({ id, probability }) => [id, probability]);
        expect(probabilities(flags)).toEqual(probabilities(told));
      }),
    );
  });

  it('keeps numbers as they are', () => {
    expect(commandLine(knowledge, [{ symptom: 'lr', answer: '3e-4', source: 'interview' }])).toBe(
      'whynan --lr-value 0.0003',
    );
  });
});
