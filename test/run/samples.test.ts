import { describe, expect, it } from 'vitest';
import { LINE_FORMATS } from '../../src/run/formats.ts';
import { JSON_LINE } from '../../src/run/json-line.ts';
import { answers, readTexts } from './reading.ts';
import samples from './samples.json' with { type: 'json' };

/** What each kind of sample must at least give. */
const GIVES: Record<string, (line: string) => Promise<void>> = {
  glog: async () => {},
  sb3_row: async () => {},
  // One value a line only means something as a whole file; a prefix alone means nothing.
  mlflow: async (line) =>
    expect((await readTexts({ 'mlruns/0/abc/metrics/loss': `${line}\n` })).firstNonFinite).toMatchObject({
      step: 120,
      series: 'loss',
    }),
  meg_err_pre: async () => {},
  dbgframe: (line) => (/nan|inf|e\+04/.test(line) ? something(line) : Promise.resolve()),
  darknet_region: (line) => nothing(line),
  darknet_v3: (line) => nothing(line),
};

async function nothing(line: string): Promise<void> {
  const reading = await readTexts({ 'train.log': `${line}\n` });
  expect(reading.firstNonFinite).toBeNull();
}

async function something(line: string): Promise<void> {
  const reading = await readTexts({ 'train.log': `some text\n${line}\nmore text\n` });
  expect(
    reading.series.length + reading.findings.length + reading.notes.length,
    JSON.stringify(reading.files),
  ).toBeGreaterThan(0);
  if (/\bnan\b/i.test(line) && !/mfu|nan iterations: {3}0|ep_rew/.test(line))
    expect(reading.firstNonFinite, line).not.toBeNull();
}

describe.each(Object.entries(samples))('%s', (id, lines) => {
  it.each(lines.map((line) => ({ line })))('$line', ({ line }) => (GIVES[id] ?? something)(line));
});

describe('every sample of every format, read as a file', () => {
  it.each(
    [...LINE_FORMATS, JSON_LINE].flatMap((format) =>
      format.samples
        .filter((sample) => sample.values !== undefined && format.table !== true)
        .map((sample) => ({ id: format.id, sample })),
    ),
  )('$id: $sample.line', async ({ sample }) => {
    // With a line before and behind, so that nothing depends on standing alone.
    const reading = await readTexts({ 'train.log': `run started\n${sample.line}\nrun goes on\n` });
    for (const [name, value] of Object.entries(sample.values ?? {})) {
      const series = reading.series.find((one) => one.name === name);
      if (series === undefined) continue;
      expect(series.last, name).toBe(value);
      if (sample.step !== undefined) expect(series.lastX, name).toBe(sample.step);
    }
  });
});

describe('notebooks, hidden among outputs', () => {
  it('reads the text of the outputs', async () => {
    const notebook = {
      cells: [
        {
          cell_type: 'code',
          source: ['loss = nan # not this'],
          outputs: [
            {
              output_type: 'stream',
              text: ['Epoch 1/2\n', '1/10 [..] - ETA: 1s - loss: 0.5\n', '2/10 [..] - ETA: 1s - loss: nan\n'],
            },
          ],
        },
      ],
      nbformat: 4,
    };
    const reading = await readTexts({ 'train.ipynb': JSON.stringify(notebook, null, 1) });
    expect(reading.files[0]?.format).toBe('notebook');
    expect(reading.firstNonFinite).toMatchObject({ step: 2, series: 'loss', value: 'nan' });
    expect(answers(reading, 'framework')).toContain('tensorflow');
  });
});
