import { describe, expect, it } from 'vitest';
import { compileSigns, operationAnswer } from '../../src/run/signs.ts';
import { readTexts, signFiles, signs } from './reading.ts';

describe('the files of knowledge/signs', () => {
  it('have no mistake', () => {
    expect(compileSigns(signFiles()).problems).toEqual([]);
  });

  it('report every mistake at once', () => {
    const { problems } = compileSigns({
      a: {
        signs: {
          one: { find: 'x', means: 'm' },
          two: { find: 'abc', pattern: '(', means: 'm' },
          three: { find: 'abc', confidence: 'sure', means: 'm' },
        },
        series: { four: { names: ['('], means: 'm', says: { architecture: 'rl' } }, five: { names: 'x', means: 'm' } },
        other: 1,
      },
      b: 7,
    });
    expect(problems.map(({ file, at }) => `${file} ${at}`)).toEqual([
      'a other',
      'a signs.one.find',
      'a signs.two.pattern',
      'a signs.three.confidence',
      'a series.four.names',
      'a series.five.says',
      'b ',
    ]);
  });
});

describe.each(signs().signs.map((sign) => ({ id: sign.id, sign })))('$id', ({ sign }) => {
  it('has samples', () => {
    expect(sign.samples.length).toBeGreaterThan(0);
  });

  it.each(sign.samples.map((sample) => ({ sample })))('is found in $sample', async ({ sample }) => {
    const reading = await readTexts({ 'train.log': `starting\n${sample}\nmore text\n` });
    for (const { symptom, answer } of sign.says) {
      expect(reading.findings, `${symptom}: ${answer}`).toContainEqual(expect.objectContaining({ symptom, answer }));
    }
    if (sign.harmless) expect(reading.notes.some((note) => note.startsWith('train.log:2'))).toBe(true);
    if (sign.shows !== null) {
      expect(reading.firstNonFinite?.source).toBe('train.log:2');
      expect(reading.healthy).toBe('nonfinite');
    }
  });
});

describe.each(signs().series.map((sign) => ({ id: sign.id, sign })))('series $id', ({ sign }) => {
  it('has samples', () => {
    expect(sign.samples.length).toBeGreaterThan(0);
  });

  it.each(sign.samples.map((names) => ({ names })))('is a log of $names', async ({ names }) => {
    const row = (step: number) => `${step},${names.map(() => '0.5').join()}\n`;
    const reading = await readTexts({ 'metrics.csv': `step,${names.join()}\n${row(1)}${row(2)}` });
    for (const { symptom, answer } of sign.says)
      expect(reading.findings).toContainEqual(expect.objectContaining({ symptom, answer, source: 'metrics.csv:2' }));
  });

  it('is no log of a plain loss', async () => {
    const reading = await readTexts({
      'metrics.csv':
        'step,loss,train_loss,val_loss,grad_norm,lr,accuracy,kl_weight\n1,1,1,1,1,1,1,1\n2,1,1,1,1,1,1,1\n',
    });
    for (const { symptom, answer } of sign.says)
      expect(reading.findings).not.toContainEqual(expect.objectContaining({ symptom, answer }));
  });
});

describe('operations', () => {
  it.each([
    ['SqrtBackward0', 'sqrt-norm'],
    ['LogBackward', 'log'],
    ['DivBackward0', 'division'],
    ['PowBackward0', 'power-trig'],
    ['SoftmaxBackward0', 'exp-softmax'],
    ['ScaledDotProductEfficientAttentionBackward0', 'attention'],
    ['CudnnBatchNormBackward0', 'normalization-layer'],
    ['LinalgEighBackward0', 'linear-algebra'],
    ['EmbeddingBackward0', 'embedding'],
    ['CtcLossBackward0', 'ctc'],
    ['MulBackward0', null],
    ['ViewBackward0', null],
    ['jit(log)', 'log'],
    ['RealDiv', 'division'],
  ])('%s', (name, answer) => {
    expect(operationAnswer(signs(), name)).toBe(answer);
  });
});
