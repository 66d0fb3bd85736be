import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const SPEED = /Epoch\[(\d+)\] Batch ?\[(?:\d+-)?(\d+)\]\tSpeed: /;
const RESULT = /Epoch\[(\d+)\] (?:Train|Validation)-/;
const PAIR = new RegExp(`(?:\\t|\\] )([\\w-]{1,60})=(${NUMBER})`, 'gi');

/** MXNet's Speedometer and epoch results. Often no loss is logged at all. */
export const mxnet: LineFormat = {
  id: 'mxnet',
  tool: 'MXNet',
  framework: 'other',
  firstEpoch: 0,
  find: ['Epoch['],
  read(line) {
    const match = SPEED.exec(line);
    if (match) {
      const pairs = findPairs(PAIR, line);
      return record({ epoch: Number(match[1]), at: Number(match[2]), ...pairs });
    }
    const result = RESULT.exec(line);
    return result ? record({ epoch: Number(result[1]), ...findPairs(PAIR, line) }) : null;
  },
  samples: [
    {
      line: 'INFO:root:Epoch[2] Batch [100-150]\tSpeed: 801.22 samples/sec\taccuracy=0.101\tcross-entropy=nan',
      epoch: 2,
      at: 150,
      values: { accuracy: 0.101, 'cross-entropy': Number.NaN },
    },
    {
      line: 'INFO:root:Epoch[299] Validation-accuracy=0.952927',
      epoch: 299,
      values: { 'Validation-accuracy': 0.952927 },
    },
  ],
};
