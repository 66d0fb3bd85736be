import { NUMBER } from '../number.ts';
import { findPairs, whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const HEAD = /(?:^|\s)(Epoch|Test)?:? ?\[?(\d+)?\]?\s*\[\s*(\d+)\/(\d+)\]\s+eta: /;
const MEDIANS = new RegExp(`([a-z_]\\w{0,60}): ${N}(?: \\(${N}\\))?(?=\\s|$)`, 'gi');
const TIMM = new RegExp(`Train: (\\d+) \\[\\s*(\\d+)/(\\d+) \\(\\s*\\d+%\\)\\]\\s+Loss:\\s*${N}`, 'i');
const TIMM_RATE = new RegExp(`LR: ${N}`);
const IMAGENET = new RegExp(`Epoch: \\[(\\d+)\\]\\[\\s*(\\d+)/(\\d+)\\].{0,400}?Loss ${N} \\(\\s*${N}\\)`, 'i');

/**
 * The metric logger of the torchvision references, DETR, DeiT, MAE, BEiT: median of a window, then the average since
 * the start in parentheses, which one old overflow poisons for good and which is therefore not read.
 */
export const torchvision: LineFormat = {
  id: 'torchvision',
  tool: 'torchvision references',
  framework: 'pytorch',
  firstEpoch: 0,
  averages: 'the last 20 iterations (median)',
  find: [' eta: '],
  read(line) {
    const head = HEAD.exec(line);
    if (!head) return null;
    const pairs = findPairs(MEDIANS, line.slice(head.index + head[0].length));
    if (pairs.names.length === 0) return null;
    const isTrain = head[1] === 'Epoch';
    return record({
      epoch: head[2] === undefined ? null : Number(head[2]),
      at: Number(head[3]),
      of: Number(head[4]),
      names: isTrain ? pairs.names : pairs.names.map((name) => `test/${name}`),
      values: pairs.values,
    });
  },
  samples: [
    {
      line: 'Epoch: [0]  [ 40/812]  eta: 0:07:11  lr: 0.000205  loss: 2.9123 (4.0311)  loss_objectness: nan (nan)  time: 0.5202  data: 0.0132  max mem: 4021',
      epoch: 0,
      at: 40,
      of: 812,
      values: { lr: 0.000205, loss: 2.9123, loss_objectness: Number.NaN },
    },
    {
      line: 'Epoch: [0]  [300/312]  eta: 0:00:09  lr: 0.000150  loss: 6.9 (6.9)  grad_norm: 0.3921 (nan)  time: 0.51',
      epoch: 0,
      at: 300,
      values: { grad_norm: 0.3921 },
    },
  ],
};

/** timm's training line. */
export const timm: LineFormat = {
  id: 'timm',
  tool: 'timm',
  framework: 'pytorch',
  architecture: 'cnn',
  firstEpoch: 0,
  find: ['Train: '],
  read(line) {
    const match = TIMM.exec(line);
    if (!match) return null;
    const rate = whole(TIMM_RATE.exec(line)?.[1]);
    return record({
      epoch: Number(match[1]),
      at: Number(match[2]),
      of: Number(match[3]),
      names: rate === null ? ['loss'] : ['loss', 'lr'],
      values: rate === null ? [whole(match[4]) ?? 0] : [whole(match[4]) ?? 0, rate],
    });
  },
  samples: [
    {
      line: 'Train: 2 [ 150/1251 ( 12%)]  Loss: nan (nan)  Time: 0.512s,  500.12/s  (0.520s,  492.21/s)  LR: 4.010e-04  Data: 0.011 (0.020)',
      epoch: 2,
      at: 150,
      of: 1251,
      values: { loss: Number.NaN, lr: 4.01e-4 },
    },
  ],
};

/** The ImageNet example of PyTorch and its many descendants. */
export const imagenet: LineFormat = {
  id: 'imagenet',
  tool: 'PyTorch ImageNet example',
  framework: 'pytorch',
  architecture: 'cnn',
  firstEpoch: 0,
  find: ['Epoch: ['],
  read(line) {
    const match = IMAGENET.exec(line);
    if (!match) return null;
    return record({
      epoch: Number(match[1]),
      at: Number(match[2]),
      of: Number(match[3]),
      names: ['loss'],
      values: [whole(match[4]) ?? 0],
    });
  },
  samples: [
    {
      line: 'Epoch: [0][ 310/2503]\tTime  0.412 ( 0.433)\tData  0.010 ( 0.022)\tLoss nan (nan)\tAcc@1   0.39 (  0.21)\tAcc@5   0.78 (  1.02)',
      epoch: 0,
      at: 310,
      of: 2503,
      values: { loss: Number.NaN },
    },
  ],
};
