import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const LINE = /iter: (\d+)\s+(total_loss: .*)$/;
const PAIR = new RegExp(`([a-z_][\\w/]{0,60}): (${NUMBER})`, 'gi');

/** detectron2's event writer: medians of the last twenty iterations. */
export const detectron2: LineFormat = {
  id: 'detectron2',
  tool: 'detectron2',
  framework: 'pytorch',
  architecture: 'detector',
  firstEpoch: 0,
  averages: 'the last 20 iterations (median)',
  find: ['total_loss: '],
  read(line) {
    const match = LINE.exec(line);
    if (!match) return null;
    return record({ step: Number(match[1]), ...findPairs(PAIR, match[2] ?? '') });
  },
  samples: [
    {
      line: '[04/05 06:07:08 d2.utils.events]:  eta: 0:41:10  iter: 259  total_loss: 2.114  loss_cls: 0.7012  loss_box_reg: 0.6221  time: 0.4011  data_time: 0.0119  lr: 0.00064935  max_mem: 3121M',
      step: 259,
      values: { total_loss: 2.114, loss_cls: 0.7012, lr: 0.00064935 },
    },
    {
      line: '[04/05 06:07:08 d2.utils.events]:  iter: 9  total_loss: nan  loss_cls: nan  time: 0.4011  lr: N/A  max_mem: 3121M',
      step: 9,
      values: { total_loss: Number.NaN },
    },
  ],
};
