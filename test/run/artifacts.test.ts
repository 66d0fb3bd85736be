import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunReading } from '../../src/run/reading.ts';
import type { Series } from '../../src/run/series.ts';
import { readTexts, root } from './reading.ts';

const folder = join(root, 'test', 'artifacts');
const rows = readFileSync(join(folder, 'INDEX.tsv'), 'utf8')
  .split(/\r?\n/)
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => {
    const [path = '', format = '', , , , , nonFinite = '', expected = ''] = line.split('\t');
    return {
      path,
      format,
      isNonFinite: nonFinite === 'yes',
      expected: expected.replace(/^"|"$/g, '').replaceAll('""', '"'),
    };
  });

/** Names in the index that a tool prints differently. */
const SPELLED: Record<string, string> = { 'gnorm (pre-unscale)': 'gnorm', 'rank0 Loss/tok': 'Loss/tok' };

function find(reading: RunReading, name: string, rank: number | null): Series {
  const wanted = SPELLED[name] ?? name;
  const found = reading.series
    .filter((one) => one.name === wanted && (rank === null || one.rank === rank))
    .sort((a, b) => b.points - a.points)[0];
  if (found === undefined)
    throw new Error(`no series ${wanted}; there are ${reading.series.map((one) => one.name).join(', ')}`);
  return found;
}

const close = (actual: number | null, expected: string) => {
  const value = Number(expected);
  if (Number.isNaN(value)) expect(actual).toBeNaN();
  else expect(Math.abs((actual ?? Number.NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-5 + 1e-12);
};

describe.each(rows)('$path', ({ path, format, isNonFinite, expected }) => {
  let reading: RunReading;
  let exact: RunReading;
  beforeAll(async () => {
    const bytes = readFileSync(join(folder, path));
    const name = format === 'mlflow_filestore' ? path : basename(path);
    reading = await readTexts({ [name]: bytes });
    exact = await readTexts({ [name]: bytes }, { exactOnly: true });
  });

  it('reads every point that the index counts', () => {
    const counted = [
      ...expected.matchAll(
        /([\w/ ().-]+?): (\d+) points(?:, steps (\d+)\.\.(\d+), first=([\w.+-]+), last=([\w.+-]+), max finite=([\w.+-]+), non-finite=(\d+))?(?:, first non-finite at step (\d+) \((\w+)\))?/g,
      ),
    ];
    for (const [, rawName = '', points, from, to, first, last, max, bad, badStep, badValue] of counted) {
      const name = rawName.trim().replace(/^[;,]\s*/, '');
      const series = find(reading, name, name.startsWith('rank0') ? 0 : null);
      expect(series.points, name).toBe(Number(points));
      if (from === undefined) continue;
      expect([series.firstX, series.lastX], name).toEqual([Number(from), Number(to)]);
      close(series.first, first ?? '');
      close(series.last, last ?? '');
      close(series.max, max ?? '');
      expect(series.nonFinite, name).toBe(Number(bad));
      if (badStep !== undefined)
        expect([series.firstNonFinite?.x, series.firstNonFinite?.value], name).toEqual([Number(badStep), badValue]);
    }
    for (const [, tag = '', count, from, to, last] of expected.matchAll(
      /(?:tags: |; )([\w/-]+) n=(\d+) steps (\d+)\.\.(\d+) last=([\w.+-]+)/g,
    )) {
      const series = find(reading, tag, null);
      expect([series.points, series.firstX, series.lastX], tag).toEqual([Number(count), Number(from), Number(to)]);
      close(series.last, last ?? '');
    }
  });

  it('finds the last learning rate', () => {
    const last = /lr max=([\d.e+-]+) last=([\d.e+-]+)/.exec(expected);
    if (last) {
      const series = find(reading, 'learning_rate', null);
      close(series.max, last[1] ?? '');
      close(series.last, last[2] ?? '');
    }
    const other = /lr last=([\d.e+-]+) \(?max=?([\d.e+-]+)/.exec(expected);
    if (other) {
      const series = find(reading, 'lr', null);
      close(series.last, other[1] ?? '');
    }
  });

  it(isNonFinite ? 'finds the first non-finite value' : 'finds nothing non-finite', () => {
    if (!isNonFinite) {
      expect(reading.firstNonFinite).toBeNull();
      expect(reading.hidden).toEqual([]);
      expect(reading.healthy).not.toBe('nonfinite');
      // Nothing is claimed about a failure that did not happen.
      for (const symptom of ['loss-trend', 'onset', 'after-nan', 'first-bad-tensor', 'bad-op', 'scope'])
        expect(
          reading.findings.filter((finding) => finding.symptom === symptom),
          symptom,
        ).toEqual([]);
      return;
    }
    const steps = [...expected.matchAll(/first non-finite at step (\d+)/g)].map((match) => Number(match[1]));
    expect(reading.firstNonFinite?.step).toBe(Math.min(...steps));
  });

  it('reads the same on the exact path', () => {
    expect(exact).toEqual(reading);
  });
});

describe('particular artifacts', () => {
  const read = (path: string) => readTexts({ [basename(path)]: readFileSync(join(folder, path)) });

  it('counts the validation points of MXNet, which logs no loss', async () => {
    const reading = await read('mxnet_log/resnet164_cifar.log');
    const validation = find(reading, 'Validation-accuracy', null);
    expect([validation.points, validation.lastX]).toEqual([300, 299]);
    close(validation.last, '0.952927');
    expect(find(reading, 'Train-accuracy', null).points).toBe(2100);
  });

  it('groups the eight ranks of GNMT', async () => {
    const reading = await read('imagenet_style_rank_prefixed/mlperf_v05_gnmt_8ranks_head.txt');
    const ranks = reading.series.filter((one) => one.name === 'Loss/tok');
    expect(ranks.map((one) => one.rank).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ranks.reduce((sum, one) => sum + one.points, 0)).toBe(1890);
  });

  it('keeps the overflow search of a scaler apart from failures', async () => {
    const reading = await read('megatron_log/meg_gpt2_n4.out');
    expect(reading.healthy).toBe('healthy');
    expect(find(reading, 'lm loss', null).points).toBe(19);
  });

  it('names infinite gradients that leave the loss finite', async () => {
    const reading = await read('hf_trainer_state/fp16_nan_trainer_state.json');
    expect(reading.firstNonFinite).toMatchObject({ step: 20, series: 'grad_norm', value: 'inf' });
    expect(reading.healthy).toBe('suspicious');
  });

  it('reads the settings of a solver', async () => {
    const reading = await read('caffe_prototxt/googlenet_quick_solver.prototxt');
    expect(reading.findings).toContainEqual(expect.objectContaining({ symptom: 'lr-value', answer: '0.01' }));
    expect(reading.issues).toEqual([]);
  });
});
