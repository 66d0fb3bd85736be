import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, type LogRecord, record } from '../record.ts';

const MMCV = /(Epoch|Iter)(?:\(train\))? \[(\d+)(?:\/\d+)?\](?:\[\s*(\d+)\/(\d+)\])?(?:\t| {2,4})(.*)$/;
const MMENGINE = /(Epoch|Iter)\((train|val|test)\)\s+(?:\[\s*(\d+)\])?\[\s*(\d+)\/(\d+)\]\s+(.*)$/;
const PAIR = new RegExp(`([A-Za-z_][\\w./]{0,60}): (${NUMBER})(?=,|\\s\\s|\\s*$)`, 'gi');

function withPosition(
  isEpoch: boolean,
  prefix: string,
  first: string | undefined,
  at: string | undefined,
  of: string | undefined,
  rest: string,
): LogRecord | null {
  const { names, values } = findPairs(PAIR, rest);
  if (names.length === 0) return null;
  const named = prefix === '' ? names : names.map((name) => prefix + name);
  if (prefix !== '') return record({ epoch: isEpoch && first ? Number(first) : null, names: named, values });
  if (isEpoch && at !== undefined)
    return record({ epoch: Number(first), at: Number(at), of: Number(of), names: named, values });
  return record({ step: Number(isEpoch ? first : (first ?? at)), names: named, values });
}

/** mmcv and mmengine text lines; values are means over the logging interval. */
export const openMmlab: LineFormat = {
  id: 'openmmlab',
  tool: 'OpenMMLab',
  framework: 'pytorch',
  firstEpoch: 1,
  averages: 'the iterations since the last line',
  find: ['Epoch [', 'Iter [', 'Epoch(', 'Iter('],
  read(line) {
    let match = MMENGINE.exec(line);
    if (match) {
      const [, unit, mode, epoch, at, of, rest] = match;
      return withPosition(
        unit === 'Epoch',
        mode === 'train' ? '' : `${mode}/`,
        unit === 'Epoch' ? epoch : at,
        at,
        of,
        rest ?? '',
      );
    }
    match = MMCV.exec(line);
    if (!match) return null;
    const [, unit, first, at, of, rest] = match;
    return withPosition(unit === 'Epoch', '', first, at, of, rest ?? '');
  },
  samples: [
    {
      line: '2022-01-02 03:04:05,678 - mmdet - INFO - Epoch [2][150/4210]\tlr: 9.120e-04, eta: 1 day, 2:03:04, time: 0.401, data_time: 0.004, memory: 5120, loss_cls: nan, loss_bbox: 0.2213, loss: nan, grad_norm: nan',
      epoch: 2,
      at: 150,
      of: 4210,
      values: { lr: 9.12e-4, loss_cls: Number.NaN, loss_bbox: 0.2213, loss: Number.NaN, grad_norm: Number.NaN },
    },
    {
      line: '2023/06/07 08:09:10 - mmengine - INFO - Epoch(train)  [3][ 450/4210]  lr: 1.0000e-02  eta: 9:08:07  time: 0.4102  data_time: 0.0051  memory: 5120  grad_norm: nan  loss: nan  loss_cls: nan  loss_bbox: nan',
      epoch: 3,
      at: 450,
      of: 4210,
      values: { lr: 0.01, loss: Number.NaN, loss_cls: Number.NaN },
    },
    {
      line: 'mmocr - INFO - Epoch [1][100/62598]  lr: 1.000e-03, loss_ce: 1.2760, horizon_bbox_loss: 0.2830, vertical_bbox_loss: 0.3505, loss: 1.9095, grad_norm: nan',
      epoch: 1,
      at: 100,
      values: { loss: 1.9095, grad_norm: Number.NaN },
    },
    {
      line: '2023/06/07 08:09:10 - mmengine - INFO - Iter(train) [  450/40000]  lr: 1.0000e-02  loss: 0.51',
      step: 450,
      values: { loss: 0.51 },
    },
  ],
};
