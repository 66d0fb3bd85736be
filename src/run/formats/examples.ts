import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const WORDLM = new RegExp(
  `\\| epoch\\s+(\\d+) \\|\\s+(\\d+)/\\s*(\\d+) batches \\| lr ${N} \\| ms/batch\\s+${N} \\| loss\\s+${N} \\| ppl\\s+${N}`,
  'i',
);
const GNMT = new RegExp(
  `TRAIN \\[(\\d+)\\]\\[(\\d+)/(\\d+)\\].{0,400}?Loss/tok ${N} \\(${N}\\)(?:\\tLearning Rate \\[${N}\\])?`,
  'i',
);
const SCALE = new RegExp(`(?:Skipped batch|Upscaling), new scale: ${N}`, 'i');
const MNIST = new RegExp(`Train Epoch: (\\d+) \\[(\\d+)/(\\d+) \\(\\d+%\\)\\]\\s+Loss: ${N}`, 'i');
const CIFAR = new RegExp(`^\\[(\\d+),\\s*(\\d+)\\] loss: ${N}`, 'i');
const QUICKSTART = new RegExp(`^loss: ${N}\\s+\\[\\s*(\\d+)/\\s*(\\d+)\\]`, 'i');

/** The word language model of pytorch/examples. */
export const wordLanguageModel: LineFormat = {
  id: 'word-language-model',
  tool: 'PyTorch word language model',
  framework: 'pytorch',
  architecture: 'rnn',
  firstEpoch: 1,
  averages: 'the batches since the last line',
  find: [' batches | lr '],
  read(line) {
    const match = WORDLM.exec(line);
    if (!match) return null;
    return record({
      epoch: Number(match[1]),
      at: Number(match[2]),
      of: Number(match[3]),
      names: ['lr', 'loss', 'ppl'],
      values: [whole(match[4]) ?? 0, whole(match[6]) ?? 0, whole(match[7]) ?? 0],
    });
  },
  samples: [
    {
      line: '| epoch   2 |   600/ 1491 batches | lr 20.0000 | ms/batch 21.03 | loss   nan | ppl      nan',
      epoch: 2,
      at: 600,
      of: 1491,
      values: { lr: 20, loss: Number.NaN },
    },
  ],
};

/** NVIDIA's GNMT; every rank prints. */
export const gnmt: LineFormat = {
  id: 'gnmt',
  tool: 'GNMT',
  framework: 'pytorch',
  architecture: 'rnn',
  firstEpoch: 0,
  find: ['TRAIN [', ', new scale: ', 'Gradient norm: inf'],
  read(line) {
    const scale = SCALE.exec(line);
    if (scale) return record({ names: ['loss scale'], values: [whole(scale[1]) ?? 0] });
    // The norm is printed only when a step is skipped: the scaler's search, told by the scale.
    if (/^(?:\d{1,4}: )?Gradient norm: inf$/.test(line)) return record({});
    const match = GNMT.exec(line);
    if (!match) return null;
    const rate = whole(match[6]);
    return record({
      epoch: Number(match[1]),
      at: Number(match[2]),
      of: Number(match[3]),
      names: rate === null ? ['Loss/tok'] : ['Loss/tok', 'lr'],
      values: rate === null ? [whole(match[4]) ?? 0] : [whole(match[4]) ?? 0, rate],
    });
  },
  samples: [
    { line: '0: Skipped batch, new scale: 4096.0', values: { 'loss scale': 4096 } },
    { line: 'Gradient norm: inf', ignored: true },
    {
      line: '5: TRAIN [1][230/3416]\tTime 0.081 (0.090)\tData 0.00111 (0.00132)\tTok/s 41022 (45011)\tLoss/tok 4.1021 (4.4411)\tLearning Rate [0.001]',
      epoch: 1,
      at: 230,
      of: 3416,
      values: { 'Loss/tok': 4.1021, lr: 0.001 },
    },
  ],
};

/** The MNIST, CIFAR and quick-start tutorials, copied into countless projects. */
export const tutorials: LineFormat = {
  id: 'pytorch-tutorials',
  tool: 'PyTorch tutorials',
  framework: 'pytorch',
  firstEpoch: 1,
  find: ['Train Epoch: ', '] loss: ', 'loss: '],
  read(line) {
    let match = MNIST.exec(line);
    if (match)
      return record({
        epoch: Number(match[1]),
        at: Number(match[2]),
        of: Number(match[3]),
        names: ['loss'],
        values: [whole(match[4]) ?? 0],
      });
    match = CIFAR.exec(line);
    if (match)
      return record({ epoch: Number(match[1]), at: Number(match[2]), names: ['loss'], values: [whole(match[3]) ?? 0] });
    match = QUICKSTART.exec(line);
    if (match)
      return record({ at: Number(match[2]), of: Number(match[3]), names: ['loss'], values: [whole(match[1]) ?? 0] });
    return null;
  },
  samples: [
    { line: 'Train Epoch: 1 [640/60000 (1%)]\tLoss: nan', epoch: 1, at: 640, of: 60000, values: { loss: Number.NaN } },
    { line: '[1,  2000] loss: 2.174', epoch: 1, at: 2000, values: { loss: 2.174 } },
    { line: 'loss: 2.301  [   64/60000]', at: 64, of: 60000, values: { loss: 2.301 } },
  ],
};
