import { NUMBER } from '../number.ts';
import { whole } from '../pairs.ts';
import { type LineFormat, record } from '../record.ts';

const N = `(${NUMBER})`;
const SCALE = new RegExp(`Skipping step\\. Attempted loss scale: ${N}, (?:reducing to ${N}|but hysteresis is)`, 'i');
const STEP = /\[Rank (\d+)\] step=(\d+), skipped=(\d+), lr=\[([^\],]*)/;
const PIPELINE = new RegExp(`steps: (\\d+) loss: ${N} iter time`, 'i');
const SPEED = /micro_step=(\d+)\/global_step=(\d+), RunningAvgSamplesPerSec/;

/** What the DeepSpeed engine prints of its own. */
export const deepspeed: LineFormat = {
  id: 'deepspeed',
  tool: 'DeepSpeed',
  framework: 'pytorch',
  firstEpoch: 0,
  carries: true,
  find: ['Skipping step. Attempted loss scale', 'OVERFLOW! Rank', '] step=', 'steps: ', 'RunningAvgSamplesPerSec'],
  read(line) {
    let match = SCALE.exec(line);
    if (match) return record({ names: ['loss scale'], values: [whole(match[2]) ?? whole(match[1]) ?? 0] });
    match = STEP.exec(line);
    if (match)
      return record({
        step: Number(match[2]),
        names: ['lr', 'skipped'],
        values: [whole(match[4]) ?? 0, Number(match[3])],
      });
    match = PIPELINE.exec(line);
    if (match) return record({ step: Number(match[1]), names: ['loss'], values: [whole(match[2]) ?? 0] });
    return SPEED.test(line) || line.includes('OVERFLOW! Rank') ? record({}) : null;
  },
  samples: [
    {
      line: '[2024-02-11 10:01:12,511] [INFO] [loss_scaler.py:190:update_scale] [deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 32768, reducing to 16384',
      values: { 'loss scale': 16384 },
    },
    {
      line: '[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, but hysteresis is 2. Reducing hysteresis to 1',
      values: { 'loss scale': 65536 },
    },
    { line: '[deepspeed] OVERFLOW! Rank 0 Skipping step.', ignored: true },
    {
      line: '[deepspeed] fp16 dynamic loss scale overflow! Skipping step. Attempted loss scale: 1024.0, reducing to 512.0',
      values: { 'loss scale': 512 },
    },
    {
      line: '[2024-02-11 10:03:12,511] [INFO] [logging.py:96:log_dist] [Rank 0] step=140, skipped=11, lr=[2.5e-05, 2.5e-05], mom=[(0.9, 0.95)]',
      step: 140,
      values: { lr: 2.5e-5, skipped: 11 },
    },
    {
      line: '[2024-02-11 10:03:12,512] [INFO] [timer.py:260:stop] epoch=0/micro_step=140/global_step=140, RunningAvgSamplesPerSec=31.07, CurrSamplesPerSec=30.55, MemAllocated=14.1GB, MaxMemAllocated=40.2GB',
      ignored: true,
    },
    { line: 'steps: 2 loss: 12.8004 iter time (s): 145.206 samples/sec: 7.052', step: 2, values: { loss: 12.8004 } },
  ],
};
