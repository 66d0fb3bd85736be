import { NUMBER } from '../number.ts';
import { findPairs, whole } from '../pairs.ts';
import { type LineFormat, type LogRecord, record } from '../record.ts';

const JSON_LINE = /\| (train|train_inner|valid|[\w-]{1,40}) \| \{(.*)\}\s*$/;
const QUOTED = new RegExp(`"([\\w.-]{1,40})": "?(${NUMBER})"?`, 'gi');
const SIMPLE = /epoch (\d+):\s+(\d+) \/ (\d+) (\w+=.*)$/;
const PAIR = new RegExp(`([\\w.-]{1,40})=(${NUMBER})`, 'gi');
const OVERFLOW = new RegExp(
  `(?:gradient )?overflow detected, (?:ignoring gradient, )?setting loss scale to: (${NUMBER})`,
  'i',
);
const SUMMARY = new RegExp(`([a-z_]{1,30}) (${NUMBER})(?= \\||$)`, 'gi');

function fromPairs(names: string[], values: number[], prefix: string, more: Partial<LogRecord>): LogRecord {
  const at = names.findIndex(
    (name) => name === 'num_updates' || name === 'train_num_updates' || name === 'valid_num_updates',
  );
  const kept: string[] = [];
  const numbers: number[] = [];
  names.forEach((name, index) => {
    if (index === at || name === 'epoch' || name === 'update') return;
    kept.push(prefix + name);
    numbers.push(values[index] ?? 0);
  });
  return record({ ...more, step: at < 0 ? null : (values[at] ?? null), names: kept, values: numbers });
}

/** fairseq and metaseq: JSON lines (their numbers are strings), the simple bar, and the form before 0.9. */
export const fairseq: LineFormat = {
  id: 'fairseq',
  tool: 'fairseq',
  framework: 'pytorch',
  architecture: 'transformer',
  firstEpoch: 1,
  averages: 'the updates since the last line',
  carries: true,
  find: ['train_inner', '| train |', '| valid', 'num_updates', 'overflow detected, ', ' / '],
  read(line) {
    let match = JSON_LINE.exec(line);
    if (match) {
      const { names, values } = findPairs(QUOTED, match[2] ?? '');
      if (names.length < 2) return null;
      const at = names.indexOf('epoch');
      const isTrain = match[1] === 'train' || match[1] === 'train_inner';
      // The summary of an epoch repeats what the inner lines said, averaged over the epoch.
      const prefix = match[1] === 'train' ? 'epoch/' : isTrain ? '' : 'valid/';
      return fromPairs(names, values, prefix, { epoch: at < 0 ? null : (values[at] ?? null) });
    }
    match = OVERFLOW.exec(line);
    if (match) return record({ names: ['loss_scale'], values: [whole(match[1]) ?? 0] });
    match = SIMPLE.exec(line);
    if (match) {
      const { names, values } = findPairs(PAIR, match[4] ?? '');
      return fromPairs(names, values, '', { epoch: Number(match[1]), at: Number(match[2]), of: Number(match[3]) });
    }
    match = /\| epoch (\d+) \| (?:valid on '[^']{0,40}' subset \| )?(.*num_updates.*)$/.exec(line);
    if (match) {
      const { names, values } = findPairs(SUMMARY, match[2] ?? '');
      return names.length < 2
        ? null
        : fromPairs(names, values, line.includes('valid') ? 'valid/' : 'epoch/', { epoch: Number(match[1]) });
    }
    return null;
  },
  samples: [
    {
      line: '2022-05-01 10:11:12 | INFO | train_inner | {"epoch": 1, "update": 0.113, "loss": "9.871", "num_updates": "310", "lr": "3.1e-05", "gnorm": "4.9", "loss_scale": "16"}',
      step: 310,
      values: { loss: 9.871, lr: 3.1e-5, gnorm: 4.9, loss_scale: 16 },
    },
    {
      line: '| epoch 002:   1200 / 4100 loss=5.331, nll_loss=3.902, ppl=14.95, num_updates=5288, lr=0.00041, gnorm=1.102, loss_scale=8.000',
      step: 5288,
      values: { loss: 5.331, loss_scale: 8 },
    },
    {
      line: '2022-05-01 10:11:12 | INFO | train_inner | epoch 001:    310 / 2750 loss=nan, ppl=nan, num_updates=310, lr=3.1e-05, gnorm=nan',
      step: 310,
      values: { loss: Number.NaN, gnorm: Number.NaN },
    },
    {
      line: '2022-05-01 10:11:13 | INFO | fairseq.trainer | NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: 0.0625',
      values: { loss_scale: 0.0625 },
    },
    { line: '| WARNING: overflow detected, setting loss scale to: 32.0', values: { loss_scale: 32 } },
  ],
};
