/** What whynan reads, told by the readers themselves: every kind of file below is recognised while the page is made. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knowledge } from '../src/knowledge.ts';
import { LINE_FORMATS } from '../src/run/formats.ts';
import { readRun } from '../src/run/read.ts';
import type { RunReading } from '../src/run/reading.ts';
import { bytesSource } from '../src/run/source.ts';
import { builtInSigns } from '../src/run-files.ts';

interface FileSample {
  readonly group: 'metrics' | 'settings' | 'whynan';
  readonly path: string;
  /** Its text; else the file of that name in the saved artifacts. */
  readonly text?: string;
}

/** One small file of every kind. What it is called is what the reader calls it. */
const FILES: readonly FileSample[] = [
  { group: 'metrics', path: 'tfevents/fish_lightning_events.out.tfevents.1772206357.InfinityGear.2772.0' },
  { group: 'metrics', path: 'hf_trainer_state/fp16_nan_trainer_state.json' },
  { group: 'metrics', path: 'wandb-summary.json', text: '{"_step": 12, "_runtime": 60, "loss": "NaN"}' },
  { group: 'metrics', path: 'export.csv', text: '"Step","run-1 - loss"\n1,0.7\n2,NaN\n' },
  { group: 'metrics', path: 'mlruns/0/1/metrics/loss', text: '1664364007310 0.7 1\n1664364007410 nan 2\n' },
  { group: 'metrics', path: 'metrics.csv', text: 'epoch,step,train_loss\n0,9,0.7\n0,19,nan\n' },
  { group: 'metrics', path: 'training.csv', text: 'epoch,loss,val_loss\n0,0.7,0.8\n1,nan,nan\n' },
  {
    group: 'metrics',
    path: 'fastai.txt',
    text: 'epoch  train_loss  valid_loss  time\n0      0.7         0.8         00:31\n1      nan         nan         00:31\n',
  },
  { group: 'metrics', path: 'results.csv', text: 'epoch,train/box_loss,metrics/mAP50(B)\n1,0.7,0.1\n2,nan,0\n' },
  {
    group: 'metrics',
    path: 'progress.csv',
    text: 'rollout/ep_rew_mean,time/total_timesteps,train/loss\n1.5,2048,0.7\n1.5,4096,nan\n',
  },
  { group: 'metrics', path: 'losses.tsv', text: 'step\tloss\n1\t0.7\n2\tnan\n' },
  { group: 'metrics', path: 'metrics.json', text: '[{"step": 1, "loss": 0.7}, {"step": 2, "loss": NaN}]' },
  { group: 'metrics', path: 'losses.txt', text: '0.7\n0.6\nnan\n' },
  { group: 'settings', path: 'caffe_prototxt/alexnet_solver.prototxt' },
  { group: 'settings', path: 'caffe_prototxt/alexnet_train_val.prototxt' },
  { group: 'settings', path: 'yolo.cfg', text: '[net]\nlearning_rate=0.1\n[convolutional]\nfilters=32\n' },
  { group: 'settings', path: 'ds_config/ds_zero2.json' },
  { group: 'settings', path: 'config.yaml', text: 'lr: 0.1\noptimizer: adamw\nprecision: 16-mixed\n' },
  { group: 'whynan', path: 'probe.json', text: '{"whynan": "probe@1", "step": 3}' },
  {
    group: 'whynan',
    path: 'report.json',
    text: '{"schema": "whynan/report@1", "verdict": "undecided", "evidence": []}',
  },
];

export interface Formats {
  readonly files: readonly { readonly group: FileSample['group']; readonly format: string; readonly path: string }[];
  readonly tools: readonly string[];
  readonly phrases: number;
}

/** Everything that is read, as the readers name it. */
export async function readable(root: string): Promise<Formats> {
  const signs = await builtInSigns();
  const files = [];
  for (const { group, path, text } of FILES) {
    const bytes =
      text === undefined ? readFileSync(join(root, 'test/artifacts', path)) : new TextEncoder().encode(text);
    const reading: RunReading = await readRun([bytesSource(path, bytes)], signs);
    files.push({ group, format: reading.files[0]?.format ?? '', path: path.slice(path.lastIndexOf('/') + 1) });
  }
  return { files, tools: [...new Set(LINE_FORMATS.map(({ tool }) => tool))], phrases: signs.signs.length };
}

const names = ({ files }: Formats, group: FileSample['group']) =>
  [...new Set(files.filter((file) => file.group === group).map(({ format }) => format))].join(', ');

/** The rows of the README's table. */
export const formatRows = (formats: Formats): [string, string][] => [
  ['logs', formats.tools.join(', ')],
  ['files of metrics', names(formats, 'metrics')],
  ['settings', names(formats, 'settings')],
  ['warnings, exceptions, tracebacks', `${formats.phrases} phrases of frameworks, drivers and numerical libraries`],
  ['its own', names(formats, 'whynan')],
];

/** `docs/formats.md`. */
export function formatsPage(formats: Formats, knowledge: Knowledge, root: string): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = LINE_FORMATS.map(
    ({ tool, samples }) => `| ${cell(tool)} | ${code(samples.find(({ ignored }) => !ignored)?.line ?? '')} |`,
  );
  const files = formats.files.map(({ format, path }) => `| ${format} | \`${path}\` |`);
  const said = Object.keys(knowledge.symptoms).length;
  const signs = readdirSync(join(root, 'knowledge/signs')).sort();
  return `# What whynan reads

A path is a log, a file of metrics, a configuration, a traceback, or a folder of them; \`-\` is standard input. **What a file is, is seen from its
content**; its name hardly matters. All paths of one call are one run. gzip and UTF-16 are undone on the way. From a run it learns where the first
non-finite value is, how the series went before it, and which of the ${said} [symptoms](symptoms.md) that answers; the report names the file and line of each.

\`\`\`console
$ whynan train.log --json --top 1 | head -n 24
\`\`\`

## Lines of logs

Formats are told apart by the line itself, so a log may mix them, carry a prefix of rank or time, and have a progress bar across it. The last one
takes what the others leave: a line that names a value and something like a loss.

| of | for example |
| --- | --- |
${lines.join('\n')}

## Files

| recognised as | for example |
| --- | --- |
${files.join('\n')}

Pickles, checkpoints, archives, pictures and databases are named and left alone.

## Phrases

Warnings, exceptions, names of settings and constants at which a loss stops (Caffe's 87.3365) stand in \`knowledge/signs\`: ${signs.map((name) => `[${name.replace('.yaml', '')}](../knowledge/signs/${name})`).join(', ')}.
A phrase that sound runs print as well is a note, never evidence.

## What is not seen

- A value that no logger wrote. Where a logger is known to hide NaN (a loss printed as 0, an empty cell) the report says so and how to see it.
- An average over many steps tells when only within its window.
- A log of a run that trains well: whynan says that nothing non-finite was found and ends with status 1.
`;
}

/** A code span in a table: no line breaks, backquotes or bare bars. */
function code(text: string): string {
  const line = (text.split('\n')[0] ?? '').replaceAll('\t', ' ');
  const short = line.length > 110 ? `${line.slice(0, 109)}…` : line;
  const fence = short.includes('`') ? '``' : '`';
  return `${fence}${short.replaceAll('|', '\\|').trim()}${fence}`;
}
