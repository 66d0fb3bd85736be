import { NUMBER } from '../number.ts';
import { findPairs, whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const SEGMENTATION = new RegExp(
  `\\[TRAIN\\] epoch: (\\d+), iter: (\\d+)/(\\d+), loss: ${N}, (?:.{0,200}?)lr: ${N}`,
  'i',
);
const DETECTION = /Epoch: \[(\d+)\] \[\s*(\d+)\/(\d+)\] (learning_rate: .*)$/;
const PAIR = new RegExp(`(\\w{1,60}): (${NUMBER})(?=\\s|$)`, 'gi');

/** PaddleSeg and PaddleDetection. */
export const paddle: LineFormat = {
  id: 'paddle',
  tool: 'PaddlePaddle',
  framework: 'other',
  firstEpoch: 0,
  find: ['[TRAIN] epoch', '] learning_rate: '],
  read(line) {
    let match = SEGMENTATION.exec(line);
    if (match)
      return record({
        step: Number(match[2]),
        names: ['loss', 'lr'],
        values: [whole(match[4]) ?? 0, whole(match[5]) ?? 0],
      });
    match = DETECTION.exec(line);
    if (match)
      return record({
        epoch: Number(match[1]),
        at: Number(match[2]),
        of: Number(match[3]),
        ...findPairs(PAIR, match[4] ?? ''),
      });
    return null;
  },
  samples: [
    {
      line: '2022-02-03 04:05:06 [INFO]\t[TRAIN] epoch: 3, iter: 900/40000, loss: nan, lr: 0.009800, batch_cost: 0.4102, reader_cost: 0.00511, ips: 19.5 samples/sec | ETA 04:21:10',
      step: 900,
      values: { loss: Number.NaN, lr: 0.0098 },
    },
    {
      line: '[05/06 07:08:09] ppdet.engine INFO: Epoch: [2] [ 40/230] learning_rate: 0.001 loss_xy: 3.1 loss: nan eta: 1:02:03',
      epoch: 2,
      at: 40,
      of: 230,
      values: { learning_rate: 0.001, loss: Number.NaN },
    },
  ],
};
