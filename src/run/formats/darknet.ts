import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const ITERATION = new RegExp(`^\\s*(\\d+): ${N}, ${N} avg(?: loss)?, ${N} rate, `, 'i');
const REGION = /Region \d+ Avg|Region Avg IOU/;

/** Darknet's line per batch. The `Region` lines average over the objects of one batch: NaN there means "no object". */
export const darknet: LineFormat = {
  id: 'darknet',
  tool: 'Darknet',
  framework: 'other',
  architecture: 'detector',
  firstEpoch: 0,
  find: [' avg, ', ' avg loss, ', 'Avg IOU', 'Avg (IOU'],
  read(line) {
    const match = ITERATION.exec(line);
    if (match)
      return record({
        step: Number(match[1]),
        names: ['loss', 'avg loss', 'rate'],
        values: [whole(match[2]) ?? 0, whole(match[3]) ?? 0, whole(match[4]) ?? 0],
      });
    return REGION.test(line) ? record({}) : null;
  },
  samples: [
    {
      line: '412: -nan, -nan avg, 0.000029 rate, 4.481120 seconds, 26368 images',
      step: 412,
      values: { loss: Number.NaN, 'avg loss': Number.NaN, rate: 0.000029 },
    },
    {
      line: ' 1205: 3.711022, 4.020551 avg loss, 0.001300 rate, 7.115432 seconds, 77120 images, 11.402133 hours left',
      step: 1205,
      values: { loss: 3.711022, rate: 0.0013 },
    },
    {
      line: 'Region 94 Avg IOU: -nan, Class: -nan, Obj: -nan, No Obj: 0.004410, .5R: -nan, .75R: -nan,  count: 0',
      ignored: true,
    },
    {
      line: 'v3 (iou loss, Normalizer: (iou: 0.07, obj: 1.00, cls: 1.00) Region 150 Avg (IOU: 0.412233), count: 9, class_loss = 3.221, iou_loss = 1.002, total_loss = 4.223',
      ignored: true,
    },
  ],
};
