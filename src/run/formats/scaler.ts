import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const APEX = new RegExp(
  `Gradient overflow\\.\\s{1,4}Skipping step, loss scaler (\\d+) reducing loss scale to (${NUMBER})`,
  'i',
);

/** NVIDIA apex's dynamic loss scaler. */
export const apex: LineFormat = {
  id: 'apex',
  tool: 'apex AMP',
  framework: 'pytorch',
  firstEpoch: 0,
  find: ['Gradient overflow.'],
  read(line) {
    const match = APEX.exec(line);
    return match ? record({ names: ['loss scale'], values: [whole(match[2]) ?? 0] }) : null;
  },
  samples: [
    {
      line: 'Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to 8192.0',
      values: { 'loss scale': 8192 },
    },
  ],
};
