import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const EPOCH = /^Epoch (\d+)(?:\/(\d+))?:?\s*$/;
const POSITION = /(?:^|\s)(\d+)\/(\d+|Unknown|\?)\s*(?:\[|━|- |\S{0,3}━)/;
const PAIR = new RegExp(` - ([A-Za-z_][\\w.]{0,60}): (${NUMBER})`, 'gi');
const PLATEAU = new RegExp(`ReduceLROnPlateau reducing learning rate to (${NUMBER})`, 'i');

/**
 * Keras' progress bar, in every version. A value is the mean since the start of the epoch: the first piece of the bar
 * that shows NaN bounds the batch.
 */
export const keras: LineFormat = {
  id: 'keras-console',
  tool: 'Keras',
  framework: 'tensorflow',
  firstEpoch: 1,
  averages: 'the epoch so far (mean)',
  carries: true,
  find: ['Epoch ', 'loss', 'reducing learning rate to'],
  read(line) {
    const epoch = EPOCH.exec(line);
    if (epoch) return record({ epoch: Number(epoch[1]) });
    const plateau = PLATEAU.exec(line);
    if (plateau) return record({ names: ['lr'], values: [Number(plateau[1])] });
    if (!/ - [A-Za-z_][\w.]{0,60}: /.test(line) || / - (?:INFO|WARNING|ERROR|DEBUG) - /.test(line)) return null;
    const position = POSITION.exec(line);
    if (!position && !/\ds(?:\/epoch| |$)/.test(line)) return null;
    const { names, values } = findPairs(PAIR, line);
    if (!names.some((name) => name.includes('loss'))) return null;
    return record({
      at: position ? Number(position[1]) : null,
      of: position && /^\d/.test(position[2] ?? '') ? Number(position[2]) : null,
      names,
      values,
    });
  },
  samples: [
    { line: 'Epoch 7/40', epoch: 7 },
    {
      line: '312/625 [=============>................] - ETA: 9s - loss: nan - accuracy: 0.0983',
      at: 312,
      of: 625,
      values: { loss: Number.NaN, accuracy: 0.0983 },
    },
    {
      line: '1640/1640 [==============================] - 1s 401us/sample - loss: nan - mae: nan - val_loss: nan - val_mae: nan',
      at: 1640,
      of: 1640,
      values: { loss: Number.NaN, val_loss: Number.NaN },
    },
    {
      line: '12/100 ━━━━━━━━━━ 5s 10ms/step - accuracy: 0.1 - loss: 2.3',
      at: 12,
      of: 100,
      values: { loss: 2.3 },
    },
    {
      line: '100/100 - 5s - loss: 0.5012 - val_loss: nan - 5s/epoch - 43ms/step',
      at: 100,
      values: { loss: 0.5012, val_loss: Number.NaN },
    },
  ],
};
