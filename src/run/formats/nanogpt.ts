import { NUMBER } from '../number.ts';
import { findPairs, whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const ITER = new RegExp(`^iter (\\d+): loss ${N}`, 'i');
const EVAL = new RegExp(`^step (\\d+): train loss ${N}, val loss ${N}`, 'i');
const MODDED = /^step:(\d+)\/(\d+)[ ,]/;
const MODDED_PAIR = new RegExp(`(train_loss|avg_train_loss|val_loss):\\s*${N}`, 'gi');
const LLMC = new RegExp(`^s:(\\d+) (tel|trl|eval):${N}(?: lr:${N} norm:${N})?`, 'i');
const LLMC_CONSOLE = new RegExp(
  `^step +(\\d+)/(\\d+) \\| (?:train )?loss ${N} (?:\\(\\S{1,12}z\\))?\\|? ?(?:norm ${N})?`,
  'i',
);
const BUILD = new RegExp(`^step\\s+(\\d+) \\| loss: ${N} \\| lr ${N} \\| norm: ${N}`, 'i');
const LITGPT = new RegExp(`Epoch (\\d+) \\| iter (\\d+) step (\\d+) \\| loss train: ${N}, val: (\\S+)`, 'i');
const MINGPT = new RegExp(`iter_dt ${N}ms; iter (\\d+): train loss ${N}`, 'i');

/** nanoGPT and the small language-model trainers that descend from it. */
export const nanoGpt: LineFormat = {
  id: 'nanogpt',
  tool: 'nanoGPT style',
  framework: 'pytorch',
  architecture: 'transformer',
  firstEpoch: 0,
  find: ['iter ', 'step ', 'step:'],
  read(line) {
    let match = ITER.exec(line);
    if (match) return record({ step: Number(match[1]), names: ['loss'], values: [whole(match[2]) ?? 0] });
    match = EVAL.exec(line);
    if (match)
      return record({
        step: Number(match[1]),
        names: ['train loss', 'val loss'],
        values: [whole(match[2]) ?? 0, whole(match[3]) ?? 0],
      });
    match = MODDED.exec(line);
    if (match) {
      const pairs = findPairs(MODDED_PAIR, line);
      return pairs.names.length === 0 ? null : record({ step: Number(match[1]), ...pairs });
    }
    match = BUILD.exec(line);
    if (match)
      return record({
        step: Number(match[1]),
        names: ['loss', 'lr', 'norm'],
        values: [whole(match[2]) ?? 0, whole(match[3]) ?? 0, whole(match[4]) ?? 0],
      });
    match = LLMC_CONSOLE.exec(line);
    if (match) {
      const norm = whole(match[4]);
      return record({
        step: Number(match[1]),
        names: norm === null ? ['loss'] : ['loss', 'norm'],
        values: norm === null ? [whole(match[3]) ?? 0] : [whole(match[3]) ?? 0, norm],
      });
    }
    match = MINGPT.exec(line);
    if (match) return record({ step: Number(match[2]), names: ['loss'], values: [whole(match[3]) ?? 0] });
    return null;
  },
  samples: [
    { line: 'iter 1240: loss nan, time 251.13ms, mfu 31.02%', step: 1240, values: { loss: Number.NaN } },
    { line: 'iter 0: loss 10.9210, time 9123.44ms, mfu -100.00%', step: 0, values: { loss: 10.921 } },
    {
      line: 'step 1250: train loss nan, val loss nan',
      step: 1250,
      values: { 'train loss': Number.NaN, 'val loss': Number.NaN },
    },
    {
      line: 'step:250/1000, tokens seen:16.31M, avg_train_loss:nan time:98/355s step_avg:355ms',
      step: 250,
      values: { avg_train_loss: Number.NaN },
    },
    {
      line: 'step:125/5100 val_loss:5.1022 train_time:22110ms step_avg:nanms',
      step: 125,
      values: { val_loss: 5.1022 },
    },
    {
      line: 'step  120 | loss: 6.01 | lr 6.0000e-04 | norm: 1.20 | dt: 300.10ms | tok/sec: 100.0',
      step: 120,
      values: { loss: 6.01, lr: 6e-4, norm: 1.2 },
    },
  ],
};

/** llm.c: `main.log` holds one value a line. */
export const llmc: LineFormat = {
  id: 'llmc',
  tool: 'llm.c',
  framework: 'other',
  architecture: 'transformer',
  firstEpoch: 0,
  find: [' tel:', ' trl:', ' eval:'],
  read(line) {
    const match = LLMC.exec(line);
    if (!match) return null;
    const names = [match[2] ?? 'trl'];
    const values = [whole(match[3]) ?? 0];
    if (match[4] !== undefined) {
      names.push('lr', 'norm');
      values.push(whole(match[4]) ?? 0, whole(match[5]) ?? 0);
    }
    return record({ step: Number(match[1]), names, values });
  },
  samples: [
    {
      line: 's:412 trl:nan lr:0.000247 norm:nan',
      step: 412,
      values: { trl: Number.NaN, lr: 0.000247, norm: Number.NaN },
    },
    { line: 's:250 tel:6.0131', step: 250, values: { tel: 6.0131 } },
  ],
};

/** LitGPT. */
export const litGpt: LineFormat = {
  id: 'litgpt',
  tool: 'LitGPT',
  framework: 'pytorch',
  architecture: 'transformer',
  firstEpoch: 1,
  find: ['| loss train: '],
  read(line) {
    const match = LITGPT.exec(line);
    if (!match) return null;
    const validation = whole((match[5] ?? '').replace(/[,|]+$/, ''));
    return record({
      step: Number(match[2]),
      names: validation === null ? ['loss'] : ['loss', 'val loss'],
      values: validation === null ? [whole(match[4]) ?? 0] : [whole(match[4]) ?? 0, validation],
    });
  },
  samples: [
    {
      line: 'Epoch 1 | iter 64 step 16 | loss train: nan, val: n/a | iter time: 221.10 ms (step) remaining time: 1:02:03',
      step: 64,
      values: { loss: Number.NaN },
    },
  ],
};
