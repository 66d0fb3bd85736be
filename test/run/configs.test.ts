import { describe, expect, it } from 'vitest';
import { answers, readTexts } from './reading.ts';

const net = (pool: string, size: number) => `name: "n"
input: "data"
input_dim: 1
input_dim: 3
input_dim: ${size}
input_dim: ${size}
layer { name: "pool1" type: "Pooling" bottom: "data" top: "pool1" pooling_param { ${pool} } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "pool1" top: "loss" }
`;

describe('pooling windows that are empty', () => {
  /** The condition counted out: the last window starts at the edge, so it has zero elements. Beyond it the sum is 0/-n = 0. */
  const isEmpty = (size: number, kernel: number, stride: number) => {
    const windows = Math.ceil((size - kernel) / stride) + 1;
    const start = (windows - 1) * stride;
    return Math.min(start + kernel, size) - start === 0;
  };

  it('agree with counting, for every kernel, stride and size', async () => {
    for (let kernel = 1; kernel <= 4; kernel += 1) {
      for (let stride = 1; stride <= 6; stride += 1) {
        for (let size = 6; size <= 24; size += 1) {
          const reading = await readTexts({
            'net.prototxt': net(`pool: AVE kernel_size: ${kernel} stride: ${stride}`, size),
          });
          const certain = reading.findings.some(
            ({ symptom, answer, confidence }) =>
              symptom === 'pooling' && answer === 'stride-exceeds-kernel' && confidence === 'certain',
          );
          expect(certain, `kernel ${kernel} stride ${stride} size ${size}`).toBe(isEmpty(size, kernel, stride));
          expect(answers(reading, 'pooling')[0]).toBe(stride > kernel ? 'stride-exceeds-kernel' : 'usual');
        }
      }
    }
  });

  it('say the condition where the size is unknown, and the line', async () => {
    const reading = await readTexts({
      'net.prototxt':
        'layer {\n name: "p"\n type: "Pooling"\n bottom: "x"\n top: "p"\n pooling_param { pool: AVE kernel_size: 3 stride: 5 }\n}\nlayer { name: "l" type: "SoftmaxWithLoss" bottom: "p" top: "l" }\n',
    });
    expect(reading.issues[0]).toMatchObject({
      source: 'net.prototxt:1',
      problem: expect.stringContaining('stride 5 exceeds kernel 3'),
      because: expect.stringContaining('5, 10, 15'),
    });
  });
});

describe('solvers', () => {
  it.each([
    ['lr_policy: "poly"\nbase_lr: 0.01\npower: 0.9\n', 'without max_iter'],
    ['lr_policy: "poly"\nbase_lr: 0.01\nmax_iter: 0\n', 'without max_iter'],
    ['lr_policy: "step"\nbase_lr: 0.01\ngamma: 0.1\n', 'without stepsize'],
    ['lr_policy: "exp"\nbase_lr: 0.01\ngamma: -1\n', 'gamma -1'],
    ['base_lr: 0.5\nmomentum: 0.9\nlr_policy: "fixed"\n', 'base_lr 0.5'],
  ])('%j', async (text, problem) => {
    const reading = await readTexts({ 'solver.prototxt': text });
    expect(reading.issues.map((issue) => issue.problem).join()).toContain(problem);
  });

  it('an ordinary one has no issue', async () => {
    const reading = await readTexts({
      'solver.prototxt':
        'base_lr: 0.01\nlr_policy: "step"\ngamma: 0.1\nstepsize: 1000\nmax_iter: 4000\nmomentum: 0.9\nclip_gradients: 35\n',
    });
    expect(reading.issues).toEqual([]);
    expect(answers(reading, 'grad-clipping')).toEqual(['by-norm']);
    expect(answers(reading, 'optimizer')).toEqual(['sgd']);
    expect(answers(reading, 'lr-value')).toEqual(['0.01']);
  });
});

describe('nets', () => {
  it('missing fillers, many losses, weights', async () => {
    const reading = await readTexts({
      'net.prototxt':
        'layer { name: "c" type: "Convolution" bottom: "d" top: "c" convolution_param { num_output: 8 kernel_size: 3 } }\nlayer { name: "a" type: "EuclideanLoss" bottom: "c" top: "a" loss_weight: 1000 }\nlayer { name: "b" type: "InfogainLoss" bottom: "c" top: "b" }\n',
    });
    const problems = reading.issues.map((issue) => issue.problem).join();
    expect(problems).toContain('no weight_filler');
    expect(problems).toContain('loss_weight 1000');
    expect(problems).toContain('InfogainLoss');
    expect(answers(reading, 'loss-terms')).toEqual(['several']);
  });

  it('the old form of layers', async () => {
    const reading = await readTexts({
      'net.prototxt':
        'layers { name: "p" type: POOLING bottom: "d" top: "p" pooling_param { pool: MAX kernel_size: 2 stride: 3 } }\nlayers { name: "l" type: SOFTMAX_LOSS bottom: "p" bottom: "y" }\n',
    });
    expect(answers(reading, 'pooling')).toEqual(['stride-exceeds-kernel']);
    expect(answers(reading, 'loss-function')).toEqual(['cross-entropy-logits']);
  });
});

describe('settings of other tools', () => {
  it('DeepSpeed JSON', async () => {
    const reading = await readTexts({
      'ds.json':
        '{"fp16": {"enabled": true, "loss_scale": 128, "initial_scale_power": 32}, "gradient_clipping": 0, "optimizer": {"type": "AdamW", "params": {"lr": 3e-4, "eps": 1e-8}}, "zero_optimization": {"stage": 2}}',
    });
    expect(reading.files[0]?.format).toBe('DeepSpeed configuration');
    expect(answers(reading, 'dtype')).toEqual(['mixed-float16']);
    expect(answers(reading, 'grad-clipping')).toEqual(['none']);
    expect(answers(reading, 'lr-value')).toEqual(['0.0003']);
    expect(reading.issues.map((issue) => issue.problem).join()).toMatch(
      /fixed loss scale.*2\^32|2\^32.*fixed loss scale/,
    );
  });

  it('YAML of Ultralytics', async () => {
    const reading = await readTexts({
      'args.yaml':
        'task: detect\nmode: train\nlr0: 0.01\noptimizer: SGD\namp: true\nbatch: 16\nwarmup_epochs: 3.0\nmomentum: 0.937\n',
    });
    expect(answers(reading, 'dtype')).toEqual(['mixed-float16']);
    expect(answers(reading, 'optimizer')).toEqual(['sgd']);
    expect(answers(reading, 'lr-schedule')).toEqual(['warmup']);
  });

  it('a warm-up as long as the run', async () => {
    const reading = await readTexts({
      'a.yaml': 'learning_rate: 0.001\nwarmup_steps: 1000\nmax_steps: 1000\nbf16: true\n',
    });
    expect(answers(reading, 'lr-schedule')).toEqual(['zero-length']);
    expect(reading.issues[0]?.problem).toContain('not shorter than the run');
  });

  it('an epsilon that float16 rounds to zero', async () => {
    const reading = await readTexts({ 'a.yaml': 'dtype: float16\nadam_epsilon: 1e-8\nlearning_rate: 1e-4\n' });
    expect(reading.issues[0]?.because).toContain('2.98e-8');
  });

  it('Darknet', async () => {
    const reading = await readTexts({
      'y.cfg':
        '[net]\nbatch=64\nlearning_rate=0.001\nburn_in=0\nmax_batches=500200\n[convolutional]\nfilters=255\n[yolo]\nmask = 0,1,2\nclasses=20\n',
    });
    expect(reading.issues.map((issue) => issue.problem).join()).toMatch(
      /burn_in=0.*filters=255|filters=255.*burn_in=0/,
    );
    expect(answers(reading, 'lr-value')).toEqual(['0.001']);
  });

  it('dumps in a log, beside the command line', async () => {
    const reading = await readTexts({
      'train.log':
        "Namespace(lr=0.1, fp16=True, clip_norm=0.0, optimizer='adam')\n  clip_grad ....................................... 1.0\nstep 1 loss 0.5\n",
    });
    expect(answers(reading, 'dtype')).toEqual(['mixed-float16']);
    expect(answers(reading, 'optimizer')).toEqual(['adam']);
  });
});

describe('other files', () => {
  it('a saved report gives its evidence', async () => {
    const reading = await readTexts({
      'r.json': JSON.stringify(
        {
          schema: 'whynan/report@1',
          verdict: 'undecided',
          evidence: [{ symptom: 'dtype', answer: 'float16', source: 'flag' }],
          causes: [],
        },
        null,
        2,
      ),
    });
    expect(reading.files[0]?.format).toBe('whynan report');
    expect(reading.findings).toEqual([
      { symptom: 'dtype', answer: 'float16', source: 'r.json:6', detail: 'from flag', confidence: 'certain' },
    ]);
  });

  it('a probe record gives its findings', async () => {
    const reading = await readTexts({
      'p.jsonl':
        '{"whynan":"probe@1","step":12,"findings":[{"symptom":"first-bad-tensor","answer":"activation","detail":"block 3"}]}\n{"whynan":"probe@1","step":13,"findings":[{"symptom":"bad-op","answer":"attention","detail":"x"}]}\n',
    });
    expect(reading.files[0]?.format).toBe('probe record');
    expect(answers(reading, 'first-bad-tensor')).toEqual(['activation']);
    expect(answers(reading, 'bad-op')).toEqual(['attention']);
  });

  it('a Keras history', async () => {
    const reading = await readTexts({ 'history.json': '{"loss": [0.5, 0.4, NaN], "val_loss": [0.6, 0.5, NaN]}' });
    expect(reading.firstNonFinite).toMatchObject({ step: 3, series: 'loss', value: 'nan' });
  });

  it('a table that is aligned with spaces', async () => {
    const reading = await readTexts({
      'fastai.log':
        'epoch     train_loss  valid_loss  accuracy  time    \n0         2.301023    2.298812    0.112300  00:31     \n1         nan         nan         0.098000  00:31     \n',
    });
    expect(reading.files[0]?.format).toBe('fastai');
    expect(reading.firstNonFinite).toMatchObject({ step: 1, series: 'train_loss', source: 'fastai.log:3' });
    expect(answers(reading, 'framework')).toEqual(['pytorch']);
  });

  it('a value without a place stands where the last one of its series stood', async () => {
    const reading = await readTexts({
      'd2.log':
        "[07/12 10:00:10 d2.utils.events]:  iter: 19  total_loss: 4.51  loss_cls: 2.1  loss_box_reg: 0.9  time: 0.45  lr: 0.02\nFloatingPointError: Loss became infinite or NaN at iteration=27!\nloss_dict = {'loss_cls': 2.3, 'loss_box_reg': inf}\n",
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 19, series: 'loss_box_reg', value: 'inf' });
    expect(answers(reading, 'onset')).not.toContain('on-resume');
    expect(reading.series.find(({ name }) => name === 'loss_box_reg')?.segments).toBe(1);
  });

  it('a loss scale that collapses, without any loss', async () => {
    const scales = [32768, 16384, 1, 5e-324, 0];
    const reading = await readTexts({
      'apex.log': scales
        .map((scale) => `Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to ${scale}\n`)
        .join(''),
    });
    expect(answers(reading, 'loss-scale')).toEqual(['falling']);
  });

  it('a W&B summary', async () => {
    const reading = await readTexts({
      'wandb-summary.json': '{"_step": 1200, "_runtime": 33.1, "_timestamp": 1.7e9, "train/loss": "NaN", "lr": 0.0001}',
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 1200, series: 'train/loss' });
  });

  it('a W&B export', async () => {
    const reading = await readTexts({
      'e.csv':
        '"Step","happy-run-3 - loss","happy-run-3 - loss__MIN","happy-run-3 - loss__MAX"\n"10","0.5","0.5","0.5"\n"20","NaN","NaN","NaN"\n',
    });
    expect(reading.firstNonFinite).toMatchObject({ step: 20, series: 'loss' });
    expect(reading.series.map((one) => one.name)).toEqual(['loss']);
  });

  it('bare numbers', async () => {
    const reading = await readTexts({ 'x.txt': '5.5e+09\n1.5e+16\n4e+22\n1e+29\n2.9e+35\ninf\ninf\nnan\n' });
    expect(reading.firstNonFinite).toMatchObject({ step: 6, value: 'inf' });
    expect(answers(reading, 'loss-trend')).toEqual(['growing']);
  });

  it('the logs of several ranks', async () => {
    const log = (bad: number) =>
      Array.from({ length: 20 }, (_, step) => `step ${step} loss ${step >= bad ? 'nan' : '0.5'}\n`).join('');
    const reading = await readTexts({ 'rank0.log': log(99), 'rank1.log': log(7), 'rank2.log': log(99) });
    expect(answers(reading, 'scope')[0]).toBe('one-rank');
    expect(answers(reading, 'devices')).toEqual(['several']);
    expect(reading.notes.join()).toContain('rank 1 is the first');
    expect(reading.firstNonFinite).toMatchObject({ step: 7, source: 'rank1.log:8' });
  });

  it('the logs of several ranks that follow the first', async () => {
    const log = (bad: number) =>
      Array.from({ length: 20 }, (_, step) => `step ${step} loss ${step >= bad ? 'nan' : '0.5'}\n`).join('');
    const reading = await readTexts({ 'rank0.log': log(8), 'rank1.log': log(7), 'rank2.log': log(8) });
    expect(reading.findings.find(({ symptom }) => symptom === 'scope')).toMatchObject({
      answer: 'one-rank',
      source: 'rank1.log:8',
    });
  });

  const PREFIXES: readonly ((rank: number) => string)[] = [
    (rank) => `[default${rank}]:`,
    (rank) => `[rank${rank}]: `,
    (rank) => `[rank: ${rank}] `,
    (rank) => `[Rank ${rank}] `,
    (rank) => `(rank ${rank}) `,
    (rank) => `[GPU ${rank}] `,
    (rank) => `${rank}: [rank${rank}] `,
    (rank) => `[1,${rank}]<stdout>:`,
    (rank) => `${rank}: `,
    (rank) => `worker-${rank}: `,
    (rank) => `rank ${rank} `,
    (rank) => `local_rank=${rank}, `,
  ];
  it.each(PREFIXES.map((prefix) => [prefix(2), prefix] as const))(
    'several ranks in one log, as %s',
    async (_, prefix) => {
      const lines = Array.from({ length: 80 }, (_line, index) => {
        const [step, rank] = [Math.floor(index / 4), index % 4];
        return `${prefix(rank)}step ${step} loss ${step > 10 || (step === 10 && rank === 2) ? 'nan' : 0.5 + step / 100}\n`;
      });
      const reading = await readTexts({ 'train.log': lines.join('') });
      expect(reading.series.map(({ name, rank, points }) => ({ name, rank, points }))).toEqual(
        [0, 1, 2, 3].map((rank) => ({ name: 'loss', rank, points: 20 })),
      );
      expect(reading.firstNonFinite).toMatchObject({ step: 10, source: 'train.log:43' });
      expect(answers(reading, 'devices')).toEqual(['several']);
      expect(answers(reading, 'scope')[0]).toBe('one-rank');
      expect(answers(reading, 'after-nan')).toEqual(['stays']);
    },
  );

  it('a restart is not merged', async () => {
    const part = (from: number, to: number, bad: number) =>
      Array.from(
        { length: to - from },
        (_, index) => `step ${from + index} loss ${from + index >= bad ? 'nan' : '0.5'}\n`,
      ).join('');
    const reading = await readTexts({ 'train.log': part(0, 100, 999) + part(50, 80, 52) });
    expect(reading.series[0]?.segments).toBe(2);
    expect(answers(reading, 'onset')).toEqual(['on-resume']);
  });

  it('what cannot be read says why', async () => {
    const reading = await readTexts({
      'model.pt': new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]),
      'args.bin': new Uint8Array([0x80, 4, 1, 2]),
      'empty.log': '',
    });
    expect(reading.files.map((file) => file.format)).toEqual(['zip archive', 'pickle', 'empty']);
    expect(reading.healthy).toBe('unknown');
  });
});
