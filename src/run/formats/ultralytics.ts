import { NUMBER, parseNumber } from '../number.ts';
import { type LineFormat, record } from '../record.ts';

const ROW = new RegExp(`^\\s*(\\d+)/(\\d+)\\s+([\\d.]{1,8})G((?:\\s+${NUMBER}){2,6})\\s+(\\d+)\\s+(\\d+):`, 'i');
/** Columns of the usual tasks by their number: detection and pose or segmentation add terms at known places. */
const COLUMNS: Readonly<Record<number, readonly string[]>> = {
  2: ['loss', 'loss_2'],
  3: ['box_loss', 'cls_loss', 'dfl_loss'],
  4: ['box_loss', 'seg_loss', 'cls_loss', 'dfl_loss'],
  5: ['box_loss', 'pose_loss', 'kobj_loss', 'cls_loss', 'dfl_loss'],
  6: ['box_loss', 'loss_2', 'loss_3', 'loss_4', 'loss_5', 'loss_6'],
};

/** The table row of Ultralytics YOLO (and YOLOv5, whose middle column is `obj_loss`). Running means of the epoch. */
export const ultralytics: LineFormat = {
  id: 'ultralytics-console',
  tool: 'Ultralytics YOLO',
  framework: 'pytorch',
  architecture: 'detector',
  firstEpoch: 1,
  averages: 'the epoch so far (mean)',
  find: ['G  '],
  read(line) {
    const match = ROW.exec(line);
    if (!match) return null;
    const values = (match[4] ?? '')
      .trim()
      .split(/\s+/)
      .map((cell) => parseNumber(cell) ?? 0);
    const percent = /:\s*(\d+)%.{0,60}?\s(\d+)\/(\d+) \[/.exec(line.slice(match[0].length - 1));
    return record({
      epoch: Number(match[1]),
      at: percent ? Number(percent[2]) : null,
      of: percent ? Number(percent[3]) : null,
      names: COLUMNS[values.length] ?? [],
      values,
    });
  },
  samples: [
    {
      line: '       3/80      5.71G        nan        nan        nan         41        640: 100%|##########| 120/120 [00:31<00:00,  3.81it/s]',
      epoch: 3,
      at: 120,
      of: 120,
      values: { box_loss: Number.NaN, cls_loss: Number.NaN, dfl_loss: Number.NaN },
    },
  ],
};
