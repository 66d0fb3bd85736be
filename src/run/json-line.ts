import { flatten, type JsonScalar } from './json.ts';
import { STEP_NAMES } from './names.ts';
import { parseNumber } from './number.ts';
import { type LineFormat, type LogRecord, record } from './record.ts';

const RANK_NAME = /^(?:local_|global_)?rank$/;
const EPOCH_NAMES = ['epoch', 'Epoch', 'epochs'];

/** One flat record of named values, as JSON lines and histories hold them. */
export function recordOf(fields: ReadonlyMap<string, JsonScalar>): LogRecord | null {
  let step: number | null = null;
  let stepName: string | undefined;
  let epoch: number | null = null;
  let rank: number | null = null;
  const names: string[] = [];
  const values: number[] = [];
  const mode = fields.get('mode') ?? fields.get('split') ?? fields.get('phase');
  const isOther = typeof mode === 'string' && /^(?:val|valid|validation|eval|test|dev)$/i.test(mode);
  const prefix = isOther ? `${String(mode).toLowerCase()}/` : '';
  stepName = STEP_NAMES.find((name) => typeof numeric(fields.get(name)) === 'number');
  const epochName = EPOCH_NAMES.find((name) => typeof numeric(fields.get(name)) === 'number');
  for (const [name, raw] of fields) {
    const value = numeric(raw);
    if (value === undefined) continue;
    if (name === stepName) step = value;
    else if (name === epochName) epoch = value;
    else if (RANK_NAME.test(name) && Number.isInteger(value)) rank = value;
    else {
      names.push(prefix + name);
      values.push(value);
    }
  }
  if (names.length === 0) return null;
  // `iter` beside `epoch` may start again with each epoch; the validation rows of mmcv put a batch count there.
  if (stepName === 'iter' && epoch !== null)
    return isOther ? record({ epoch, rank, names, values }) : record({ epoch, at: step, rank, names, values });
  return record({ step, epoch, rank, names, values });
}

function numeric(value: JsonScalar | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length < 40 ? parseNumber(value) : undefined;
}

/** JSON lines: mmcv, mmengine, detectron2, torchvision, RLlib, and everybody's own. */
export const JSON_LINE: LineFormat = {
  id: 'json-lines',
  tool: 'JSON lines',
  firstEpoch: null,
  // With and without a space behind the colon.
  find: Array.from(' 0123456789-.NnIi"{[', (character) => `":${character}`),
  read(line) {
    const text = line.trim();
    if (text.length > 65536 || !text.startsWith('{') || !text.endsWith('}') || !text.includes('"')) return null;
    return recordOf(flatten(text));
  },
  samples: [
    {
      line: '{"mode": "train", "epoch": 1, "iter": 50, "lr": 0.001, "loss_cls": NaN, "loss": NaN, "grad_norm": Infinity}',
      epoch: 1,
      at: 50,
      values: { lr: 0.001, loss: Number.NaN, grad_norm: Number.POSITIVE_INFINITY },
    },
    {
      line: '{"iteration": 259, "loss_cls": 0.7, "lr": 0.00064, "total_loss": 2.1}',
      step: 259,
      values: { total_loss: 2.1 },
    },
    {
      line: '{"train_lr": 0.0001, "train_loss": NaN, "test_acc1": 0.1, "epoch": 3}',
      epoch: 3,
      values: { train_loss: Number.NaN },
    },
    { line: '{"rank": 3, "step": 40, "loss": NaN}', step: 40, rank: 3, values: { loss: Number.NaN } },
    { line: '{"lr": 0.01, "loss": "NaN", "step": 40}', step: 40, values: { loss: Number.NaN } },
  ],
};
