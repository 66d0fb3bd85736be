import { describe, expect, it } from 'vitest';
import { plotLines } from '../../src/report/plot.ts';
import { readTexts } from './reading.ts';

const run = (bad: number) =>
  readTexts({
    'train.log': Array.from(
      { length: 120 },
      (_, step) =>
        `step ${step} loss ${step >= bad ? 'nan' : (step < bad - 8 ? 2.5 - step * 0.01 : 2 * 1.9 ** (step - bad + 9)).toFixed(4)} grad_norm ${step >= bad ? 'nan' : (1 + (step % 7)).toFixed(2)} lr ${(1e-3 * Math.min(1, step / 30)).toExponential(2)}\n`,
    ).join(''),
  });

describe('the drawing of a run', () => {
  it.each([
    [40, true],
    [60, false],
    [80, false],
    [120, true],
  ])('fits into %d columns', async (width, ascii) => {
    const reading = await run(90);
    const lines = plotLines(reading.series, { width, ascii, failingStep: 90 });
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
    const all = lines.join('\n');
    expect(all).toContain('NaN at step 90');
    expect(all).toContain(ascii ? 'X' : '✗');
    if (ascii) expect(all).toMatch(/^[\x20-\x7e\n]*$/);
    expect(all).toMatch(/grad_norm/);
    expect(all).toMatch(/lr/);
  });

  it('shows a run that stayed finite', async () => {
    const lines = plotLines((await run(999)).series, { width: 60 });
    expect(lines.join('\n')).not.toContain('NaN');
  });

  it('has nothing to show without a series, and names one that was never finite', async () => {
    expect(plotLines([], { width: 80 })).toEqual([]);
    const reading = await readTexts({ 'a.log': 'step 1 loss nan\nstep 2 loss nan\nstep 3 loss nan\n' });
    expect(plotLines(reading.series, { width: 80, failingStep: 1 })[0]).toContain('no finite value');
  });

  it('a name from a file cannot disturb it', () => {
    const track = { length: 2, x: [0, 1], min: [1, 2], max: [1, 2], nonFinite: [0, 0] };
    const lines = plotLines([{ name: 'loss\u001b[31m\u202e\n', kind: 'loss', unit: 'step', track }], { width: 40 });
    expect(lines.join('')).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
  });
});
