import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const ITERATION = / iteration\s+(\d+)\/\s*(\d+) \|/;
const PAIR = new RegExp(` ([a-zA-Z][^|:]{0,60}):\\s*(${NUMBER}) \\|`, 'gi');
const VALIDATION = new RegExp(`validation loss at iteration (\\d+) .{0,40}\\| lm loss value: (${NUMBER}) `, 'i');

/** Megatron-LM and its DeepSpeed forks. A loss that is NaN, or an interval without an update, drops the loss field. */
export const megatron: LineFormat = {
  id: 'megatron',
  tool: 'Megatron-LM',
  framework: 'pytorch',
  architecture: 'transformer',
  firstEpoch: 0,
  averages: 'the updates since the last line',
  expects: ['lm loss'],
  find: [' iteration '],
  read(line) {
    const validation = VALIDATION.exec(line);
    if (validation) {
      const { names, values } = findPairs(PAIR, line);
      return record({ step: Number(validation[1]), names: names.map((name) => `validation/${name}`), values });
    }
    const match = ITERATION.exec(line);
    if (!match) return null;
    const { names, values } = findPairs(PAIR, line.slice(match.index + match[0].length - 1));
    const kept: string[] = [];
    const numbers: number[] = [];
    names.forEach((name, index) => {
      kept.push(name === 'lm-loss' ? 'lm loss' : name);
      numbers.push(values[index] ?? 0);
    });
    return record({ step: Number(match[1]), names: kept, values: numbers });
  },
  samples: [
    {
      line: ' [2025-02-01 03:04:05.678901] iteration      910/   50000 | consumed samples:       465920 | elapsed time per iteration (ms): 2210.4 | learning rate: 1.470000E-04 | global batch size:   512 | lm loss: 6.512201E+00 | loss scale: 131072.0 | grad norm: 2.314 | number of skipped iterations:   0 | number of nan iterations:   0 |',
      step: 910,
      values: { 'lm loss': 6.512201, 'learning rate': 1.47e-4, 'loss scale': 131072, 'grad norm': 2.314 },
    },
    {
      line: ' iteration      910/   50000 | consumed samples:       465920 | lm loss: 6.512201E+00 | loss scale: 131072.0 | grad norm: nan | number of skipped iterations:   1 | number of nan iterations:   1 |',
      step: 910,
      values: { 'grad norm': Number.NaN, 'number of skipped iterations': 1 },
    },
    {
      line: '[default7]: iteration    31251/  115311 | consumed samples:     47844272 | elapsed time per iteration (s): 106.13 | learning rate: 5.277E-05 | lm loss: 2.235667E+00 | grad norm: 0.205 |',
      step: 31251,
      values: { 'lm loss': 2.235667 },
    },
  ],
};
