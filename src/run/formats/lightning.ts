import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const BAR =
  /(?:^|\s)(Epoch (\d+)|Validation|Training|Sanity Checking)[^|]{0,60}\|[^|]{0,200}\|\s*(\d+)\/(\d+|\?) \[([^\]]*)/;
const PAIR = new RegExp(`, ([\\w/.]{1,60})=(${NUMBER})`, 'gi');

/** The progress bar of PyTorch Lightning, which also Fabric, NeMo and many tqdm loops resemble. */
export const lightning: LineFormat = {
  id: 'lightning-console',
  tool: 'PyTorch Lightning',
  framework: 'pytorch',
  firstEpoch: 0,
  averages: 'up to the last 20 batches (before 2.0)',
  find: ['Epoch ', 'Validation', 'Training'],
  read(line) {
    if (!line.includes('|')) return null;
    const match = BAR.exec(line);
    if (!match) return null;
    const { names, values } = findPairs(PAIR, match[5] ?? '');
    if (
      match[2] === undefined ||
      (!names.some((name) => name === 'v_num' || /loss/i.test(name)) && !line.includes('v_num='))
    )
      return null;
    return record({
      epoch: Number(match[2]),
      at: Number(match[3]),
      of: match[4] === '?' ? null : Number(match[4]),
      names,
      values,
    });
  },
  samples: [
    {
      line: 'Epoch 4:  62%|######2   | 81/130 [00:21<00:12,  3.88it/s, loss=nan, v_num=12]',
      epoch: 4,
      at: 81,
      of: 130,
      values: { loss: Number.NaN },
    },
    {
      line: 'Epoch 4: 100%|##########| 130/130 [00:33<00:00,  3.9it/s, v_num=12, train/loss_step=nan.0, lr=0.0003]',
      epoch: 4,
      at: 130,
      values: { 'train/loss_step': Number.NaN, lr: 0.0003 },
    },
    {
      line: 'Epoch 26:  46%|####6     | 216/469 [00:20<00:24, 10.32it/s, loss=inf, v_num=sbr8, rec_log_likelihood=-1.48e+3, temp_l1=0.251]',
      epoch: 26,
      at: 216,
      values: { loss: Number.POSITIVE_INFINITY },
    },
  ],
};
