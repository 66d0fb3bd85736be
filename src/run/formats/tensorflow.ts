import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const ESTIMATOR = new RegExp(`loss = ${N}, step = (\\d+)`, 'i');
const CIFAR = new RegExp(`step (\\d+), loss = ${N} \\(${N} examples/sec`, 'i');

/** TensorFlow 1: the estimator's hook and the tutorials. */
export const tensorflow: LineFormat = {
  id: 'tensorflow-1',
  tool: 'TensorFlow 1',
  framework: 'tensorflow',
  firstEpoch: 0,
  find: ['loss = '],
  read(line) {
    let match = ESTIMATOR.exec(line);
    if (match) return record({ step: Number(match[2]), names: ['loss'], values: [whole(match[1]) ?? 0] });
    match = CIFAR.exec(line);
    if (match) return record({ step: Number(match[1]), names: ['loss'], values: [whole(match[2]) ?? 0] });
    return null;
  },
  samples: [
    { line: 'INFO:tensorflow:loss = nan, step = 1301 (12.771 sec)', step: 1301, values: { loss: Number.NaN } },
    {
      line: '2019-03-02 11:20:05.221: step 470, loss = 3.98 (1511.2 examples/sec; 0.085 sec/batch)',
      step: 470,
      values: { loss: 3.98 },
    },
  ],
};
