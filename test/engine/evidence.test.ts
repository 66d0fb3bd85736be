/** What is known, out of what was said: who is believed, what a word or a number means, what contradicts what. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Finding, isFromFile, legal, settle, UNSURE, UsageError } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { everyAnswer } from './facts.ts';

const knowledge = builtInKnowledge();
const settled = (...findings: Finding[]) => settle(knowledge, findings);
const trend = (answer: string, source: string, confidence?: Finding['confidence']): Finding => ({
  symptom: 'loss-trend',
  answer,
  source,
  ...(confidence && { confidence }),
});

/** From the most to the least believed. */
const SOURCES: readonly [source: string, confidence?: Finding['confidence']][] = [
  ['interview'],
  ['flag'],
  ['answers-file'],
  ['train.log:3', 'certain'],
  ['train.log:4', 'likely'],
  ['train.log:5', 'weak'],
];

describe('when sources contradict each other', () => {
  const pairs = SOURCES.flatMap((better, index) => SOURCES.slice(index + 1).map((worse) => [better, worse] as const));

  it.each(pairs)(
    '%s is believed, not %s, whichever came first, and the other is kept as a conflict',
    (better, worse) => {
      const kept = trend('growing', ...better);
      const dropped = trend('sudden', ...worse);
      for (const findings of [
        [kept, dropped],
        [dropped, kept],
      ]) {
        const { facts, conflicts } = settled(...findings);
        expect(facts).toEqual([kept]);
        expect(conflicts).toEqual([{ symptom: 'loss-trend', kept, dropped: [dropped] }]);
      }
    },
  );

  it('a finding without a confidence counts as likely', () => {
    expect(settled(trend('growing', 'a.log:1', 'weak'), trend('sudden', 'b.log:1')).facts[0]?.answer).toBe('sudden');
    expect(settled(trend('growing', 'a.log:1', 'certain'), trend('sudden', 'b.log:1')).facts[0]?.answer).toBe(
      'growing',
    );
  });

  it('a source of another name is believed like a flag', () => {
    expect(settled(trend('growing', 'a colleague'), trend('sudden', 'answers-file')).facts[0]?.answer).toBe('growing');
    expect(settled(trend('growing', 'a colleague'), trend('sudden', 'interview')).facts[0]?.answer).toBe('sudden');
  });

  it('the same answer twice, or another word for it, is no contradiction', () => {
    const { facts, conflicts } = settled(trend('growing', 'flag'), trend('exploding', 'train.log:3'));
    expect(facts.map(({ answer, source }) => [answer, source])).toEqual([['growing', 'flag']]);
    expect(conflicts).toEqual([]);
  });

  it('facts stand in the order in which their symptoms were first told', () => {
    const { facts } = settled(
      trend('sudden', 'train.log:3'),
      { symptom: 'dtype', answer: 'float32', source: 'flag' },
      trend('growing', 'flag'),
    );
    expect(facts.map(({ symptom, answer }) => `${symptom} ${answer}`)).toEqual(['loss-trend growing', 'dtype float32']);
  });
});

it('a place in a file is its name and a line; anything else was told by a person', () => {
  const isRead = (source: string) => isFromFile({ symptom: 'dtype', answer: 'float32', source });
  expect(['train.log:12', 'C:\\runs\\train.log:3', '-:1'].map(isRead)).toEqual([true, true, true]);
  expect(['flag', 'interview', 'answers-file', 'a colleague:', 'log:12b'].map(isRead)).not.toContain(true);
});

describe('"unsure"', () => {
  it('is no fact and no contradiction', () => {
    const { facts, unsure, conflicts } = settled(trend(UNSURE, 'flag'));
    expect([facts, [...unsure], conflicts]).toEqual([[], ['loss-trend'], []]);
  });

  it('on a flag leaves what a file shows', () => {
    const { facts, unsure } = settled(trend(UNSURE, 'flag'), trend('growing', 'train.log:3'));
    expect(facts.map(({ answer }) => answer)).toEqual(['growing']);
    expect(unsure.size).toBe(0);
  });

  it('beside a better answer contradicts nothing', () => {
    const { facts, conflicts } = settled(trend(UNSURE, 'flag'), trend('growing', 'interview'));
    expect([facts.map(({ answer }) => answer), conflicts]).toEqual([['growing'], []]);
  });

  it('in the interview withdraws whatever was said', () => {
    const { facts, unsure, conflicts } = settled(trend('growing', 'train.log:3'), trend(UNSURE, 'interview'));
    expect([facts, [...unsure], conflicts]).toEqual([[], ['loss-trend'], []]);
  });
});

describe('a word', () => {
  it('means its answer: every answer and every alias, in any case, with spaces or underscores', () => {
    for (const { symptom, answer } of everyAnswer(knowledge)) {
      const words = [answer, ...(knowledge.symptoms[symptom]?.answers[answer]?.aliases ?? [])];
      for (const word of words)
        for (const said of [word, word.toUpperCase(), word.replaceAll('-', '_'), ` ${word.replaceAll('-', ' ')} `])
          expect(legal(knowledge, { symptom, answer: said, source: 'flag' }), said).toMatchObject({ symptom, answer });
    }
  });

  it('for a symptom means that symptom', () => {
    for (const [id, { flags }] of Object.entries(knowledge.symptoms))
      for (const flag of flags)
        expect(legal(knowledge, { symptom: flag, answer: UNSURE, source: 'flag' }).symptom).toBe(id);
  });

  it('that means nothing is refused, with all that could be written and the nearest', () => {
    expect(() => settled(trend('groing', 'flag'))).toThrow(UsageError);
    expect(() => settled(trend('groing', 'flag'))).toThrow(/from-start, growing.* Did you mean "growing"\?/);
    expect(() => settled({ symptom: 'loss-trnd', answer: 'growing', source: 'flag' })).toThrow(/"loss-trend"/);
  });

  it('of any kind is understood or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...Object.keys(knowledge.symptoms)), fc.string({ unit: 'binary' })),
        fc.oneof(fc.string({ unit: 'binary' }), fc.double().map(String), fc.constantFrom('__proto__', 'constructor')),
        (symptom, answer) => {
          try {
            const fact = legal(knowledge, { symptom, answer, source: 'flag' });
            expect(Object.keys(knowledge.symptoms)).toContain(fact.symptom);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            expect((error as Error).message).not.toMatch(/\p{Cc}/u);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a learning rate', () => {
  const band = (rate: string, known: Readonly<Record<string, string>> = {}) => {
    const facts = settled(
      { symptom: 'lr-value', answer: rate, source: 'flag' },
      ...Object.entries(known).map(([symptom, answer]) => ({ symptom, answer, source: 'flag' })),
    ).facts;
    return facts.find(({ symptom }) => symptom === 'lr-value')?.answer;
  };

  it('is judged by what it is for: the same number is usual for one optimizer and very high for another', () => {
    expect(band('0.1', { optimizer: 'sgd', architecture: 'cnn' })).toBe('usual');
    expect(band('0.1', { optimizer: 'adam', architecture: 'transformer' })).toBe('very-high');
    expect(band('3e-4', { optimizer: 'adam' })).toBe('usual');
    expect(band('3e-9', { optimizer: 'adam' })).toBe('low');
  });

  it('never falls to a lower band as it rises, whatever it is for', () => {
    const order = ['low', 'usual', 'high', 'very-high'];
    const rates = Array.from({ length: 60 }, (_, index) => String(10 ** (-10 + index / 4)));
    for (const optimizer of Object.keys(knowledge.symptoms.optimizer?.answers ?? {}))
      for (const architecture of Object.keys(knowledge.symptoms.architecture?.answers ?? {}))
        for (const dtype of ['float32', 'mixed-float16']) {
          const bands = rates.map((rate) => order.indexOf(band(rate, { optimizer, architecture, dtype }) ?? ''));
          expect(bands, `${optimizer} ${architecture} ${dtype}`).toEqual(bands.toSorted((a, b) => a - b));
          expect([bands[0], bands.at(-1)]).toEqual([0, 3]);
        }
  });

  it('is in a band from just above its limit on', () => {
    const limits = knowledge.symptoms['lr-value']?.number?.bands.at(-1);
    const { 'low-below': low = 0, 'high-above': high = 0, 'very-high-above': veryHigh = 0 } = limits ?? {};
    const rates = [low * 0.99, low, high, high * 1.01, veryHigh, veryHigh * 1.01];
    expect(rates.map((rate) => band(String(rate)))).toEqual(['low', 'usual', 'usual', 'high', 'high', 'very-high']);
  });

  it('is very high sooner in half precision', () => {
    const factor = knowledge.symptoms['lr-value']?.number?.['half-precision-factor'] ?? 1;
    expect(factor).toBeGreaterThan(1);
    const limit = knowledge.symptoms['lr-value']?.number?.bands.at(-1)?.['very-high-above'] as number;
    const between = String(limit / Math.sqrt(factor));
    expect(band(between, { dtype: 'float32' })).toBe('high');
    expect(band(between, { dtype: 'float16' })).toBe('very-high');
    expect(band(between, { dtype: 'mixed-float16' })).toBe('very-high');
  });

  it('that is no finite number is non-finite, in any spelling', () => {
    for (const text of ['nan', 'NaN', '-inf', 'Infinity', '+inf']) expect(band(text)).toBe('non-finite');
  });

  it('keeps its number, and is judged anew when more is known', () => {
    const finding = { symptom: 'lr-value', answer: '0.1', source: 'train.log:1' };
    expect(settled(finding).facts[0]).toEqual({ ...finding, answer: band('0.1'), number: 0.1 });
    const adam = settled(finding, { symptom: 'optimizer', answer: 'adam', source: 'flag' });
    expect(adam.facts[0]?.answer).not.toBe(settled(finding).facts[0]?.answer);
  });
});
