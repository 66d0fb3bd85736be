import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const MAXTEXT = /completed step: (\d+), seconds: /;
const COLON = new RegExp(`([\\w ]{1,40}): (${NUMBER})(?=,|\\s*$)`, 'gi');
const CLU = /\] \[(\d+)\] (\w{1,60}=.*)$/;
const EQUALS = new RegExp(`(?:^|[\\s,])([\\w/]{1,60})=(${NUMBER})`, 'gi');
const FLAX = /^(?:I\d{4} .{0,60}\] )?(?:train )?epoch:\s*(\d+), /;

/** MaxText, CLU/t5x and the Flax examples. */
export const jax: LineFormat = {
  id: 'jax',
  tool: 'JAX trainers',
  framework: 'jax',
  firstEpoch: 1,
  find: ['completed step: ', '] [', 'epoch:'],
  read(line) {
    let match = MAXTEXT.exec(line);
    if (match) {
      const { names, values } = findPairs(COLON, line.slice(match.index + match[0].length));
      const trimmed = names.map((name) => name.trim());
      return record({ step: Number(match[1]), names: trimmed, values });
    }
    match = CLU.exec(line);
    if (match && line.includes('logging_writer'))
      return record({ step: Number(match[1]), ...findPairs(EQUALS, match[2] ?? '') });
    match = FLAX.exec(line);
    if (match && /loss: /.test(line)) {
      const { names, values } = findPairs(COLON, line.slice(match[0].length - 1));
      return record({ epoch: Number(match[1]), names: names.map((name) => name.trim()), values });
    }
    return null;
  },
  samples: [
    {
      line: 'completed step: 31, seconds: 4.118, TFLOP/s/device: 201.500, Tokens/s/device: 3977.120, total_weights: 65536, loss: nan',
      step: 31,
      values: { loss: Number.NaN },
    },
    {
      line: 'I0804 08:14:00.000000 139 logging_writer.py:48] [1200] learning_rate=0.0012, loss=nan, steps_per_sec=3.1',
      step: 1200,
      values: { learning_rate: 0.0012, loss: Number.NaN },
    },
    { line: 'train epoch: 3, loss: 0.0612, accuracy: 98.21', epoch: 3, values: { loss: 0.0612 } },
  ],
};
