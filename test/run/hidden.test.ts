import { describe, expect, it } from 'vitest';
import type { RunReading } from '../../src/run/reading.ts';
import { answers, randomFrom, readTexts } from './reading.ts';

/** Forty steps: sound until `last`, then as `after` says. */
function steps(write: (step: number, loss: number, isBad: boolean) => string, last = 20): string {
  const random = randomFrom(3);
  let text = '';
  for (let step = 1; step <= 40; step += 1) text += write(step, 2.5 - step * 0.02 + random() * 0.01, step > last);
  return text;
}

const hf = (loss: string, norm: string, step: number) =>
  `{'loss': ${loss}, 'grad_norm': ${norm}, 'learning_rate': 2e-05, 'epoch': ${(step / 100).toFixed(2)}}\n`;

const bothPaths = async (name: string, text: string): Promise<RunReading> => {
  const reading = await readTexts({ [name]: text });
  expect(await readTexts({ [name]: text }, { exactOnly: true })).toEqual(reading);
  return reading;
};

describe('hidden non-finite values', () => {
  it('A: a trainer that prints 0.0 from the first step', async () => {
    const reading = await bothPaths(
      'train.log',
      steps((step) => hf('0.0', 'nan', step)),
    );
    expect(reading.firstNonFinite).toMatchObject({ step: 1, series: 'loss', value: 'nan', source: 'train.log:1' });
    expect(reading.hidden).toHaveLength(1);
    expect(reading.hidden[0]).toMatchObject({
      logger: 'Hugging Face Trainer',
      confidence: 'certain',
      unhide: expect.stringContaining('logging_nan_inf_filter=False'),
    });
    expect(reading.hidden[0]?.what).toContain('from the first record');
    expect(answers(reading, 'loss-trend')).toEqual(['reported-zero']);
    expect(reading.healthy).toBe('nonfinite');
  });

  it('B: a trainer that turns to 0.0 at step 21', async () => {
    const reading = await bothPaths(
      'train.log',
      steps((step, loss, isBad) => hf(isBad ? '0.0' : loss.toFixed(4), isBad ? 'nan' : '1.25', step)),
    );
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'loss', value: 'nan', source: 'train.log:21' });
    expect(reading.hidden[0]?.logger).toBe('Hugging Face Trainer');
    expect(answers(reading, 'loss-trend')).toEqual(['reported-zero']);
  });

  it('C: a plain NaN at step 21', async () => {
    const reading = await bothPaths(
      'train.log',
      steps((step, loss, isBad) => `step ${step} loss ${isBad ? 'nan' : loss.toFixed(4)} lr 0.001\n`),
    );
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'loss', value: 'nan', source: 'train.log:21' });
    expect(reading.hidden).toEqual([]);
    expect(answers(reading, 'after-nan')).toEqual(['stays']);
    expect(answers(reading, 'loss-trend')).toEqual(['sudden']);
  });

  it('D: a table where a tracker wrote 0 for NaN from step 21', async () => {
    const reading = await bothPaths(
      'metrics.csv',
      `step,loss,accuracy,lr\n${steps((step, loss, isBad) => `${step},${isBad ? '0.0' : loss.toFixed(4)},${(0.5 + step * 0.001).toFixed(4)},0.001\n`)}`,
    );
    expect(reading.hidden[0]).toMatchObject({
      series: 'loss',
      step: 21,
      confidence: 'likely',
      source: 'metrics.csv:22',
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'loss', value: 'nan' });
  });

  it('a short table where the trainer wrote 0 for NaN', async () => {
    const reading = await bothPaths(
      'table.tsv',
      'Step\tTraining Loss\n1\t1.9421\n2\t1.8321\n3\t0.000000\n4\t0.000000\n5\t0.000000\n',
    );
    expect(reading.hidden[0]).toMatchObject({ series: 'Training Loss', step: 3, confidence: 'likely' });
    expect(reading.healthy).not.toBe('healthy');
  });

  it('a loss that reaches 0 is none', async () => {
    const reading = await bothPaths('table.csv', 'step,loss\n1,0.5\n2,0.01\n3,0.0\n4,0.0\n5,0.0\n');
    expect(reading.hidden).toEqual([]);
  });

  it('E: a table with the largest double from step 21', async () => {
    const reading = await bothPaths(
      'metrics.csv',
      `step,loss,accuracy\n${steps((step, loss, isBad) => `${step},${isBad ? '1.797e308' : loss.toFixed(4)},0.5\n`)}`,
    );
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'loss', value: 'inf', source: 'metrics.csv:22' });
  });

  it('F: a table with empty cells from step 21 while other columns go on', async () => {
    const reading = await bothPaths(
      'metrics.csv',
      `step,loss,accuracy,lr\n${steps((step, loss, isBad) => `${step},${isBad ? '' : loss.toFixed(4)},${(0.5 + step * 0.001).toFixed(4)},0.001\n`)}`,
    );
    expect(reading.hidden[0]).toMatchObject({
      series: 'loss',
      step: 21,
      confidence: 'likely',
      source: 'metrics.csv:22',
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'loss', value: 'nan' });
  });

  it('G: an infinite gradient norm one step before the loss', async () => {
    const reading = await bothPaths(
      'train.log',
      steps(
        (step, loss, isBad) =>
          `step: ${step} | loss: ${isBad ? 'nan' : loss.toFixed(4)} | grad_norm: ${step === 20 ? 'inf' : isBad ? 'nan' : '1.250'}\n`,
      ),
    );
    expect(reading.firstNonFinite).toMatchObject({
      step: 20,
      series: 'grad_norm',
      value: 'inf',
      source: 'train.log:20',
    });
    expect(answers(reading, 'first-bad-tensor')).toEqual(['gradient']);
  });

  it('H: infinite gradient norms and a falling scale in a trainer state, the loss finite', async () => {
    const history = Array.from(
      { length: 40 },
      (_, index) =>
        `{"step": ${index + 1}, "epoch": ${(index + 1) / 100}, "loss": ${(2 - index * 0.01).toFixed(3)}, "grad_norm": ${index >= 20 ? 'Infinity' : '1.5'}, "loss_scale": ${index < 20 ? 65536 : 65536 / 2 ** (index - 19)}}`,
    );
    const reading = await readTexts({
      'trainer_state.json': `{"global_step": 40, "log_history": [\n${history.join(',\n')}\n]}`,
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'grad_norm', value: 'inf' });
    expect(answers(reading, 'loss-scale')).toEqual(['falling']);
    expect(reading.healthy).toBe('suspicious');
  });

  it('Megatron lines that lack the loss while the gradient norm is NaN', async () => {
    const line = (step: number, loss: number, isBad: boolean) =>
      ` iteration ${String(step).padStart(8)}/    1000 | learning rate: 1.500E-04 | ${isBad ? '' : `lm loss: ${loss.toExponential(6)} | `}grad norm: ${isBad ? 'nan' : '1.20'} | number of skipped iterations:   0 | number of nan iterations:   0 |\n`;
    const reading = await bothPaths('train.log', steps(line));
    expect(reading.hidden[0]).toMatchObject({
      logger: 'Megatron-LM',
      series: 'lm loss',
      step: 21,
      confidence: 'certain',
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 21, series: 'lm loss', value: 'nan', source: 'train.log:21' });
  });

  it('the ceiling of a Caffe loss', async () => {
    const text = steps(
      (step, loss, isBad) =>
        `I0312 09:15:44.120331  8123 solver.cpp:237] Iteration ${step * 20}, loss = ${isBad ? '87.3365' : loss.toFixed(4)}\n`,
    );
    const reading = await bothPaths('caffe.log', text);
    expect(reading.hidden[0]).toMatchObject({ logger: 'Caffe', step: 420 });
    expect(reading.firstNonFinite).toMatchObject({ series: 'loss', value: 'inf' });
  });
});

describe('values that only look non-finite', () => {
  const sound = (extra: (step: number) => string) =>
    steps((step, loss) => `${extra(step)}step ${step} loss ${loss.toFixed(4)}\n`, 99);

  it.each<[string, string]>([
    [
      'Darknet regions without an object',
      steps(
        (step, loss) =>
          `Region 94 Avg IOU: -nan, Class: -nan, Obj: -nan, No Obj: 0.004410, .5R: -nan, .75R: -nan,  count: 0\n${step}: ${loss.toFixed(4)}, ${loss.toFixed(4)} avg, 0.001000 rate, 4.48 seconds, ${step * 64} images\n`,
        99,
      ),
    ],
    [
      'step averages before the timer starts',
      steps(
        (step, loss) =>
          `step:${step}/1000 train_loss:${loss.toFixed(4)} train_time:12ms step_avg:${step < 11 ? 'nan' : '144'}ms\n`,
        99,
      ),
    ],
    [
      'the first MFU of nanoGPT',
      steps((step, loss) => `iter ${step}: loss ${loss.toFixed(4)}, time 251.13ms, mfu -100.00%\n`, 99),
    ],
    [
      'average precision of absent sizes',
      sound(() => '[11/18 18:14:12] d2.evaluation: | AP | AP50 | APs |\n| 15.2 | 29.3 | nan |\nbbox/APs: NaN\n'),
    ],
    [
      'rewards before the first episode ends',
      steps(
        (step, loss) =>
          `------------------------------\n| ep_rew_mean | nan |\n| total_timesteps | ${step * 128} |\n| policy_loss | ${loss.toFixed(4)} |\n------------------------------\n`,
        99,
      ),
    ],
    [
      'a poisoned global average',
      steps(
        (step, loss) =>
          `Epoch: [0]  [${step}/812]  eta: 0:07:11  lr: 0.000205  loss: ${loss.toFixed(4)} (4.0311)  grad_norm: 0.39 (nan)  time: 0.5202\n`,
        99,
      ),
    ],
    [
      'source code in the log',
      sound(
        () =>
          "    assert not torch.isnan(loss)\nbest_loss = float('inf')\n# Avoid Inf/NaN error\n('return_range', (-inf, inf))\n",
      ),
    ],
    ['a large negative loss', steps((step, loss) => `epoch ${step} loss: -${(loss * 1e6).toFixed(1)}\n`, 99)],
    [
      'empty cells of a sparse table',
      `epoch,step,train_loss,val_loss\n${steps((step, loss) => (step % 10 === 0 ? `${step / 10},${step},,${loss.toFixed(3)}\n` : `${Math.floor(step / 10)},${step},${loss.toFixed(3)},\n`), 99)}`,
    ],
    ['a null in JSON', steps((step, loss) => `{"step": ${step}, "loss": ${loss.toFixed(3)}, "val_loss": null}\n`, 99)],
    [
      'a plotting warning',
      `${sound(() => '')}/usr/lib/matplotlib.py:10: RuntimeWarning: invalid value encountered in less_equal\n`,
    ],
    ['a best loss before the first', sound(() => 'best_val_loss: inf\n')],
  ])('%s', async (_, text) => {
    const reading = await bothPaths('train.log', text);
    expect(reading.firstNonFinite).toBeNull();
    expect(reading.hidden).toEqual([]);
    expect(reading.healthy).toBe('healthy');
  });

  it('single overflows under a scaler that settles', async () => {
    const text = steps(
      (step, loss) =>
        ` iteration ${String(step).padStart(8)}/    1000 | lm loss: ${loss.toExponential(6)} | loss scale: ${step < 20 ? '65536.0' : '32768.0'} | grad norm: ${step === 20 ? 'inf' : '1.20'} | number of skipped iterations:   0 | number of nan iterations:   0 |\n`,
      99,
    );
    const reading = await bothPaths('train.log', text);
    expect(reading.firstNonFinite).toBeNull();
    expect(reading.notes.join(' ')).toContain('dynamic loss scaler');
  });
});
