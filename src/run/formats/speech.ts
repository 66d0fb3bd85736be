import { NUMBER } from '../number.ts';
import { findPairs, whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const ONMT = new RegExp(`Step (\\d+)/\\s*(\\d+); acc:?\\s*${N}; ppl:\\s*${N}; xent:\\s*${N}; lr:\\s*${N};`, 'i');
const ESPNET = /(\d+)epoch:train:(\d+)-(\d+)batch: (.*)$/;
const EQUALS = new RegExp(`([\\w/]{1,60})=(${NUMBER})`, 'gi');
const KALDI = new RegExp(`Overall average objective function for '([^']{1,60})' is ${N}`, 'i');
const COQUI_HEAD = /--> TIME: \S+ \S+ -- STEP: (\d+)\/(\d+) -- GLOBAL_STEP: (\d+)/;
const COQUI_PAIR = new RegExp(`^\\s*\\| > ([\\w/]{1,60}): ${N}(?:\\s|$)`, 'i');

/** OpenNMT-py. Its perplexity is capped at exp(100), the cross entropy is the real value. */
export const openNmt: LineFormat = {
  id: 'opennmt',
  tool: 'OpenNMT-py',
  framework: 'pytorch',
  architecture: 'transformer',
  firstEpoch: 0,
  averages: 'the steps since the last line',
  find: ['; xent: '],
  read(line) {
    const match = ONMT.exec(line);
    if (!match) return null;
    return record({
      step: Number(match[1]),
      names: ['xent', 'lr'],
      values: [whole(match[5]) ?? 0, whole(match[6]) ?? 0],
    });
  },
  samples: [
    {
      line: '[2021-07-02 08:00:11,120 INFO] Step 350/100000; acc:  11.02; ppl: 2210.13; xent: 7.70; lr: 0.00021; 5121/4873 tok/s;    120 sec',
      step: 350,
      values: { xent: 7.7, lr: 0.00021 },
    },
  ],
};

/** ESPnet2. */
export const espnet: LineFormat = {
  id: 'espnet',
  tool: 'ESPnet',
  framework: 'pytorch',
  firstEpoch: 1,
  averages: 'the batches named on the line',
  find: ['epoch:train:'],
  read(line) {
    const match = ESPNET.exec(line);
    if (!match) return null;
    return record({ epoch: Number(match[1]), at: Number(match[3]), ...findPairs(EQUALS, match[4] ?? '') });
  },
  samples: [
    {
      line: '[node3] 2023-04-05 06:07:08,910 (trainer:763) INFO: 2epoch:train:401-600batch: iter_time=1.1e-04, forward_time=0.11, loss_ctc=nan, loss=nan, backward_time=0.2, optim0_lr0=8.1e-05, train_time=0.9',
      epoch: 2,
      at: 600,
      values: { loss_ctc: Number.NaN, loss: Number.NaN, optim0_lr0: 8.1e-5 },
    },
  ],
};

/** Kaldi's nnet3: a log-likelihood, higher is better. */
export const kaldi: LineFormat = {
  id: 'kaldi',
  tool: 'Kaldi',
  framework: 'other',
  firstEpoch: 0,
  find: ['Overall average objective function'],
  read(line) {
    const match = KALDI.exec(line);
    return match ? record({ names: [`objective ${match[1]}`], values: [whole(match[2]) ?? 0] }) : null;
  },
  samples: [
    {
      line: "LOG (nnet3-train[5.5.9~1-abc12]:PrintTotalStats():nnet-training.cc:348) Overall average objective function for 'output' is -nan over 402112 frames.",
      values: { 'objective output': Number.NaN },
    },
  ],
};

/** Coqui's trainer: a header with the step, then one value a line. */
export const coqui: LineFormat = {
  id: 'coqui',
  tool: 'Coqui trainer',
  framework: 'pytorch',
  firstEpoch: 0,
  carries: true,
  find: ['GLOBAL_STEP: ', '| > '],
  read(line) {
    let match = COQUI_HEAD.exec(line);
    if (match) return record({ step: Number(match[3]) });
    match = COQUI_PAIR.exec(line);
    if (!match) return null;
    const name = match[1] ?? '';
    return record({ names: [name.startsWith('avg_') ? `eval/${name}` : name], values: [whole(match[2]) ?? 0] });
  },
  samples: [
    { line: '   --> TIME: 2024-03-04 05:06:07 -- STEP: 150/2210 -- GLOBAL_STEP: 10150', step: 10150 },
    { line: '     | > loss_mel_ce: nan  (nan)', values: { loss_mel_ce: Number.NaN } },
  ],
};
