import { NUMBER } from '../number.ts';
import { findPairs } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const DICT = /\{'(?:loss|eval_loss|train_runtime|train_loss|grad_norm|learning_rate|[\w/-]{0,40}loss\w{0,20})'\s*:/;
const PAIR = new RegExp(`'([\\w/.@() -]{1,60})'\\s*:\\s*'?(?:tensor\\(|array\\(|Array\\()?\\s*\\[?(${NUMBER})`, 'gi');

/** The Python dict that the Hugging Face Trainer prints. It carries no step: records are counted. */
export const huggingFace: LineFormat = {
  id: 'hf-console',
  tool: 'Hugging Face Trainer',
  framework: 'pytorch',
  firstEpoch: 0,
  averages: 'the steps since the last line',
  counted: true,
  find: ["': "],
  read(line) {
    const start = DICT.exec(line);
    if (!start) return null;
    const { names, values } = findPairs(PAIR, line.slice(start.index));
    if (names.length === 0) return null;
    const at = names.indexOf('epoch');
    const epoch = at < 0 ? null : (values[at] ?? null);
    const stepAt = names.indexOf('step');
    const step = stepAt < 0 ? null : (values[stepAt] ?? null);
    const isSummary = names.includes('train_runtime');
    const keep = (name: string) => name !== 'epoch' && name !== 'step' && !(isSummary && name === 'train_loss');
    return record({
      step,
      epoch,
      names: names.filter(keep),
      values: values.filter((_, index) => keep(names[index] ?? '')),
    });
  },
  samples: [
    {
      line: "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 4.1e-05, 'epoch': 0.62}",
      epoch: 0.62,
      values: { loss: 0, grad_norm: Number.NaN, learning_rate: 4.1e-5 },
    },
    {
      line: "{'loss': '2.118', 'grad_norm': '1.04', 'learning_rate': '3e-05', 'epoch': '0.4'}",
      epoch: 0.4,
      values: { loss: 2.118, grad_norm: 1.04 },
    },
    {
      line: " 12%|█▏        | 60/500 [00:12<01:28,  4.97it/s]{'loss': 1.2, 'learning_rate': 1e-05, 'epoch': 0.12}",
      values: { loss: 1.2 },
    },
    {
      line: "loss_dict = {'loss_cls': tensor(nan, device='cuda:0', grad_fn=<DivBackward0>), 'loss_box_reg': tensor(1310.07, device='cuda:0')}",
      values: { loss_cls: Number.NaN, loss_box_reg: 1310.07 },
    },
    {
      line: "loss is nan during training {'fine_rgb_loss': nan, 'lpips_loss': 0.00115, 'total_loss': nan}",
      values: { fine_rgb_loss: Number.NaN, lpips_loss: 0.00115 },
    },
  ],
};
