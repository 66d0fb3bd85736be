import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const LOSS = new RegExp(`Iteration (\\d+)(?: \\(${N} iter/s, ${N}s/(\\d+) iters\\))?, loss = ${N}`, 'i');
const RATE = new RegExp(`Iteration (\\d+), lr = ${N}`, 'i');
const OUTPUT = new RegExp(`(Train|Test) net output #(\\d+): (\\S+) = ${N}`, 'i');
const CLIPPED = new RegExp(`Gradient clipping: scaling down gradients \\(L2 norm ${N} > ${N}\\)`, 'i');
const DEBUG = new RegExp(
  `\\[(Forward|Backward)\\] (?:Layer (\\S{1,80}), )?(?:top blob|bottom blob|param blob|Input) (\\S{1,80}) (?:data|diff): ${N}`,
  'i',
);
const TOTAL = new RegExp(
  `All net params \\(data, diff\\): L1 norm = \\(${N}, ${N}\\); L2 norm = \\(${N}, ${N}\\)`,
  'i',
);

/** Solver output of Caffe and its forks. The rate and the outputs of a step stand on lines of their own. */
export const caffe: LineFormat = {
  id: 'caffe',
  tool: 'Caffe',
  framework: 'caffe',
  firstEpoch: 0,
  averages: 'the last average_loss iterations',
  carries: true,
  find: ['Iteration ', 'net output #', 'Gradient clipping: scaling', 'All net params', '[Forward]', '[Backward]'],
  read(line) {
    let match = LOSS.exec(line);
    if (match) return record({ step: Number(match[1]), names: ['loss'], values: [whole(match[5]) ?? Number.NaN] });
    match = RATE.exec(line);
    if (match) return record({ step: Number(match[1]), names: ['lr'], values: [whole(match[2]) ?? Number.NaN] });
    match = OUTPUT.exec(line);
    if (match) {
      const prefix = match[1] === 'Test' ? 'test/' : 'output/';
      return record({ names: [prefix + match[3]], values: [whole(match[4]) ?? Number.NaN] });
    }
    match = CLIPPED.exec(line);
    if (match) return record({ names: ['gradient norm'], values: [whole(match[1]) ?? Number.NaN] });
    match = TOTAL.exec(line);
    if (match)
      return record({ names: ['params norm', 'gradient norm'], values: [whole(match[3]) ?? 0, whole(match[4]) ?? 0] });
    match = DEBUG.exec(line);
    if (match) return record({ names: [`${match[1]} ${match[2] ?? match[3]}`], values: [whole(match[4]) ?? 0] });
    return null;
  },
  samples: [
    {
      line: 'I0312 09:15:43.900101  8123 net.cpp:591]     [Forward] Layer conv3, top blob conv3 data: 4.7113',
      values: { 'Forward conv3': 4.7113 },
    },
    {
      line: 'I0312 09:15:44.120331  8123 solver.cpp:218] Iteration 260 (3.4118 iter/s, 5.86201s/20 iters), loss = nan',
      step: 260,
      values: { loss: Number.NaN },
    },
    {
      line: 'I0312 09:15:44.120331  8123 solver.cpp:237] Iteration 240, loss = 87.3365',
      step: 240,
      values: { loss: 87.3365 },
    },
    {
      line: 'I0312 09:15:44.120412  8123 sgd_solver.cpp:106] Iteration 0, lr = -nan',
      step: 0,
      values: { lr: Number.NaN },
    },
    {
      line: 'I0312 09:15:44.120399  8123 solver.cpp:237]     Train net output #0: loss = -nan (* 1 = -nan loss)',
      values: { 'output/loss': Number.NaN },
    },
    {
      line: 'I0312 09:16:02.5  8123 solver.cpp:397]     Test net output #1: accuracy = 0.1013',
      values: { 'test/accuracy': 0.1013 },
    },
    {
      line: 'E0312 09:15:43.930101  8123 net.cpp:708]     [Backward] All net params (data, diff): L1 norm = (10422.7, inf); L2 norm = (55.102, nan)',
      values: { 'gradient norm': Number.NaN },
    },
    {
      line: 'I0312 09:15:43.940101  8123 sgd_solver.cpp:99] Gradient clipping: scaling down gradients (L2 norm 912.4 > 35) by scale factor 0.0383603',
      values: { 'gradient norm': 912.4 },
    },
  ],
};
