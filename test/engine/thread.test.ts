/** The statements of the thread that this tool began with: its fact, the cause it names, and what it advises. */
import { describe, expect, it } from 'vitest';
import { diagnose, type Report } from '../../src/diagnosis.ts';
import { builtInKnowledge } from '../../src/files.ts';
import type { Cause } from '../../src/schema.ts';

const knowledge = builtInKnowledge();

interface Row {
  readonly from: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Any of these is right. */
  readonly cause: readonly string[];
  /** Among how many. */
  readonly among?: number;
  /** What is said of these causes where they are shown: in the test, the remedies, or the corrections of the thread. */
  readonly offers: readonly RegExp[];
}

const ROWS: readonly Row[] = [
  {
    from: 'gradient blow-up',
    facts: { framework: 'caffe', 'loss-trend': 'growing', 'grad-norm': 'growing' },
    cause: ['lr-too-high', 'exploding-gradients'],
    offers: [/base_lr/, /divide by ten|a tenth/i, /loss_weight/, /clip_gradients|clip/i],
  },
  {
    from: 'bad rate policy',
    facts: { framework: 'caffe', 'lr-value': 'non-finite' },
    cause: ['lr-schedule-nonfinite'],
    offers: [/max_iter/, /every length the formula divides by/i, /lr = /],
  },
  {
    from: 'faulty loss',
    facts: {
      framework: 'caffe',
      'loss-trend': 'sudden',
      'loss-function': 'custom',
      'first-bad-tensor': 'loss',
    },
    cause: ['faulty-custom-loss'],
    among: 2,
    offers: [/failing batch/i, /call the loss alone/i, /print the parts of the loss/i],
  },
  {
    from: 'class absent from the batch',
    facts: { 'loss-trend': 'sudden', 'batch-content': 'may-be-empty' },
    cause: ['empty-reduction'],
    offers: [/max\(1, (count|n)\)/, /larger (or stratified )?batches/i, /unlikely, not impossible|less likely/i],
  },
  {
    from: 'faulty input',
    facts: { 'loss-trend': 'sudden', reproducibility: 'same-sample', 'inputs-finite': 'nonfinite' },
    cause: ['nonfinite-input'],
    offers: [/once through the whole training and validation loader/i, /build the data base .* again/i],
  },
  {
    from: 'faulty input in Caffe',
    facts: { framework: 'caffe', 'loss-trend': 'sudden', 'inputs-finite': 'nonfinite' },
    cause: ['nonfinite-input'],
    offers: [/a dummy loss; run it over all records/, /LMDB/],
  },
  {
    from: 'pooling',
    facts: { framework: 'caffe', pooling: 'stride-exceeds-kernel' },
    cause: ['pooling-stride-exceeds-kernel'],
    offers: [/P = ceil\(\(H - K\) \/ S\) \+ 1/, /\(P - 1\) \* S/, /average pooling/i, /pad(ding)? 0|no padding/],
  },
  {
    from: 'batch normalization',
    facts: {
      'normalization-layer': 'batchnorm',
      'bad-op': 'normalization-layer',
      'first-bad-tensor': 'activation',
    },
    cause: ['unstable-normalization'],
    among: 2,
    offers: [/debug_info/, /merged on 13 April 2017/],
  },
  {
    from: 'autograd 0/0',
    facts: { framework: 'pytorch', 'bad-op': 'sqrt-norm', 'first-bad-tensor': 'gradient' },
    cause: ['sqrt-at-zero'],
    offers: [/epsilon belongs inside the root/i, /its derivative is sign\(x\)/],
  },
  {
    from: 'recurrent network',
    facts: { architecture: 'rnn', activation: 'relu', 'loss-trend': 'growing' },
    cause: ['relu-in-recurrent'],
    among: 2,
    offers: [
      /use tanh/i,
      /lower the learning rate|a tenth/i,
      /prefer it to clipping each value/i,
      /dropout.*bounds nothing/is,
    ],
  },
  {
    from: 'float16',
    facts: { dtype: 'float16', 'float32-test': 'fixes' },
    cause: ['float16-overflow', 'loss-scaling'],
    offers: [/float32.*test|test.*float32/is, /bfloat16/, /loss scaling/i],
  },
  {
    from: 'bias filler',
    facts: { framework: 'caffe', initialization: 'unset' },
    cause: ['uninitialized-parameters'],
    offers: [/bias_filler/, /fills with the constant 0 by default/],
  },
  {
    from: 'high rate',
    facts: { architecture: 'rnn', 'lr-value': '0.5', optimizer: 'sgd', 'lower-lr-test': 'fixes' },
    cause: ['lr-too-high'],
    offers: [/lower the learning rate/i, /tenth/],
  },
  {
    from: 'sparsity',
    facts: { architecture: 'autoencoder', sparsity: 'heavy', 'bad-op': 'division' },
    cause: ['excess-sparsity'],
    offers: [/keep one sparsity device|drop a layer/i, /epsilon into every norm/i],
  },
];

const reported = ({ facts }: Row): Report =>
  diagnose(
    knowledge,
    Object.entries(facts).map(([symptom, answer]) => ({ symptom, answer })),
  );

/** What a person reads of a cause: its part of the report, and the corrections of its page. */
function told({ causes }: Report, id: string): string {
  const { confirm, remedies } = causes.find((cause) => cause.id === id) as Report['causes'][number];
  const page = knowledge.causes[id] as Cause;
  return [
    confirm,
    ...page.confirm,
    ...remedies.flatMap(({ do: what, why, note, code }) => [what, why, note, code]),
    ...page.corrections.flatMap(({ says, right }) => [`${says} ${right}`]),
  ]
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part ?? '')))
    .join('\n');
}

describe('a statement of the thread', () => {
  for (const row of ROWS)
    it(`${row.from}: the facts lead to ${row.cause.join(' or ')}, and to what helps`, () => {
      const report = reported(row);
      const first = report.causes.slice(0, row.among ?? 1).map(({ id }) => id);
      expect(
        row.cause.some((id) => first.includes(id)),
        first.join(', '),
      ).toBe(true);
      const shown = report.causes.slice(0, 3).filter(({ id }) => row.cause.includes(id));
      const text = shown.map(({ id }) => told(report, id)).join('\n');
      for (const offer of row.offers) expect(text).toMatch(offer);
    });

  it('is cited by every cause that the thread names', () => {
    for (const id of ROWS.flatMap(({ cause }) => cause))
      expect(knowledge.causes[id]?.sources, id).toContain('so-33962226');
  });

  it('has its finite-check layer and debug_info among the checks', () => {
    expect(knowledge.checks['finite-check-layer']?.do).toBeTruthy();
    expect(knowledge.checks['caffe-debug-info']?.code.caffe).toMatch(/debug_info: true/);
  });
});
