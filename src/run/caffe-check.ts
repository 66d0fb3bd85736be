import type { Finding } from '../evidence.ts';
import { field, numberOf, type ProtoField, textOf } from './prototxt.ts';
import type { ConfigIssue } from './reading.ts';

/** What checking a Caffe configuration gives. */
export interface CaffeCheck {
  readonly findings: readonly Finding[];
  readonly issues: readonly ConfigIssue[];
  readonly notes: readonly string[];
  readonly isSolver: boolean;
}

/** Whether these fields are a Caffe solver or net. */
export function isCaffe(fields: readonly ProtoField[]): boolean {
  return (
    fields.some((one) => ['base_lr', 'lr_policy', 'solver_mode', 'test_iter'].includes(one.name)) ||
    fields.some(
      (one) => (one.name === 'layer' || one.name === 'layers') && one.fields.some((inner) => inner.name === 'type'),
    )
  );
}

/** Checks a solver or a net for what makes a loss non-finite. */
export function checkCaffe(path: string, fields: readonly ProtoField[]): CaffeCheck {
  const isSolver = fields.some((one) => ['base_lr', 'lr_policy', 'solver_mode', 'test_iter'].includes(one.name));
  const findings: Finding[] = [];
  const issues: ConfigIssue[] = [];
  const notes: string[] = [];
  const at = (one: ProtoField | undefined) => `${path}:${one?.line ?? 1}`;
  const find = (
    symptom: string,
    answer: string,
    one: ProtoField | undefined,
    detail: string,
    confidence: Finding['confidence'] = 'certain',
  ) => {
    const finding: Finding = { symptom, answer, source: at(one), detail, ...(confidence ? { confidence } : {}) };
    findings.push(finding);
    return finding;
  };
  find('framework', 'caffe', fields[0], 'a Caffe configuration');
  if (isSolver) checkSolver(fields, find, issues, at);
  else checkNet(fields, find, issues, notes, at);
  return { findings, issues, notes, isSolver };
}

type Find = (
  symptom: string,
  answer: string,
  one: ProtoField | undefined,
  detail: string,
  confidence?: Finding['confidence'],
) => Finding;
type At = (one: ProtoField | undefined) => string;

function checkSolver(fields: readonly ProtoField[], find: Find, issues: ConfigIssue[], at: At): void {
  const rate = numberOf(fields, 'base_lr');
  const policy = textOf(fields, 'lr_policy');
  const maxIter = numberOf(fields, 'max_iter');
  const gamma = field(fields, 'gamma');
  const momentum = numberOf(fields, 'momentum') ?? 0;
  const type = (textOf(fields, 'type') ?? textOf(fields, 'solver_type') ?? 'SGD').toLowerCase();
  if (rate !== undefined) find('lr-value', String(rate), field(fields, 'base_lr'), `base_lr: ${rate}`, 'likely');
  const optimizer = type.includes('adam')
    ? 'adam'
    : type.includes('rms')
      ? 'rmsprop'
      : type.includes('adagrad')
        ? 'adagrad'
        : /sgd|nesterov/.test(type)
          ? 'sgd'
          : 'other';
  find('optimizer', optimizer, field(fields, 'type') ?? field(fields, 'momentum') ?? fields[0], `solver type ${type}`);
  const clip = numberOf(fields, 'clip_gradients');
  if (clip !== undefined && clip > 0)
    find('grad-clipping', 'by-norm', field(fields, 'clip_gradients'), `clip_gradients: ${clip}`);
  else find('grad-clipping', 'none', fields[0], 'no clip_gradients in the solver');
  if (policy !== undefined) {
    const schedule = {
      fixed: 'constant',
      step: 'decay',
      multistep: 'decay',
      exp: 'decay',
      inv: 'decay',
      poly: 'decay',
      sigmoid: 'decay',
    }[policy];
    if (schedule) find('lr-schedule', schedule, field(fields, 'lr_policy'), `lr_policy: ${policy}`);
  }
  const broken = (problem: string, because: string, fix: string, one: ProtoField | undefined) => {
    const finding = find('lr-schedule', 'zero-length', one, problem);
    issues.push({ source: at(one), problem, because, fix, findings: [finding] });
  };
  if (policy === 'poly' && (maxIter === undefined || maxIter === 0)) {
    broken(
      'lr_policy "poly" without max_iter',
      'the rate is base_lr * (1 - iter/max_iter)^power, and 0/0 is NaN: the first update multiplies every weight by NaN',
      'set max_iter to the number of iterations',
      field(fields, 'lr_policy'),
    );
  }
  const stepSize = numberOf(fields, 'stepsize');
  if (policy === 'step' && (stepSize === undefined || stepSize === 0)) {
    broken(
      'lr_policy "step" without stepsize',
      'the exponent is iter/stepsize, a division by zero',
      'set stepsize',
      field(fields, 'lr_policy'),
    );
  }
  const gammaValue = numberOf(fields, 'gamma');
  if (gamma && gammaValue !== undefined && (gammaValue <= 0 || gammaValue > 1.5) && policy !== 'sigmoid') {
    const finding = find('lr-schedule', 'custom', gamma, `gamma: ${gammaValue}`, 'likely');
    issues.push({
      source: at(gamma),
      problem: `gamma ${gammaValue}`,
      because:
        gammaValue > 1
          ? 'the rate grows with every step of the schedule'
          : 'a power of a negative or zero base is not a usable rate',
      fix: 'use a gamma between 0 and 1',
      findings: [finding],
    });
  }
  if (rate !== undefined && (rate >= 0.1 || !Number.isFinite(rate)) && optimizer === 'sgd') {
    issues.push({
      source: at(field(fields, 'base_lr')),
      problem: `base_lr ${rate}${momentum > 0 ? ` with momentum ${momentum}` : ''}`,
      because:
        momentum > 0
          ? `momentum multiplies the effective step by ${Math.round(1 / (1 - Math.min(momentum, 0.999)))}`
          : 'plain networks without normalization usually diverge at this rate',
      fix: 'try a tenth',
      findings: [],
    });
  }
}

function checkNet(fields: readonly ProtoField[], find: Find, issues: ConfigIssue[], notes: string[], at: At): void {
  const layers = fields.filter((one) => one.name === 'layer' || one.name === 'layers');
  const shapes = new Map<string, { height: number; width: number }>();
  const input = inputSize(fields, layers);
  for (const top of input.tops) if (input.size !== null) shapes.set(top, input.size);
  let poolings = 0;
  let worst: { layer: ProtoField; detail: string; certain: boolean } | null = null;
  let hasConvolution = false;
  const losses: ProtoField[] = [];
  let hasRaw = false;
  let hasScale = false;
  let hasNormalization = false;
  let hasRecurrent = false;
  for (const layer of layers) {
    const type = (textOf(layer.fields, 'type') ?? '').toUpperCase().replaceAll('_', '');
    const name = textOf(layer.fields, 'name') ?? '?';
    const bottom = textOf(layer.fields, 'bottom');
    const tops = layer.fields.filter((one) => one.name === 'top').map((one) => one.value ?? '');
    const before = bottom === undefined ? undefined : shapes.get(bottom);
    let after = before;
    if (type === 'CONVOLUTION' || type === 'DECONVOLUTION') {
      hasConvolution = true;
      const param = field(layer.fields, 'convolution_param')?.fields ?? [];
      after = before && convolved(before, param, type === 'DECONVOLUTION');
      checkFiller(layer, param, name, find, issues, at);
    } else if (type === 'INNERPRODUCT') {
      checkFiller(layer, field(layer.fields, 'inner_product_param')?.fields ?? [], name, find, issues, at);
      after = undefined;
    } else if (type === 'POOLING') {
      poolings += 1;
      const param = field(layer.fields, 'pooling_param')?.fields ?? [];
      const result = checkPooling(layer, param, name, before, issues, find, at);
      after = result.after;
      if (result.bad && (worst === null || result.certain))
        worst = { layer, detail: result.detail, certain: result.certain };
    } else if (/LOSS$/.test(type) || type === 'SOFTMAXWITHLOSS' || type === 'INFOGAINLOSS') losses.push(layer);
    else if (type === 'BATCHNORM') hasNormalization = true;
    else if (type === 'LSTM' || type === 'RNN') hasRecurrent = true;
    const transform = field(layer.fields, 'transform_param')?.fields;
    if (/^(?:DATA|IMAGEDATA|HDF5DATA|WINDOWDATA)$/.test(type)) {
      hasRaw = true;
      if (
        transform &&
        (numberOf(transform, 'scale') !== undefined || field(transform, 'mean_file') || field(transform, 'mean_value'))
      )
        hasScale = true;
      const batch = numberOf(
        field(layer.fields, 'data_param')?.fields ?? field(layer.fields, 'image_data_param')?.fields ?? [],
        'batch_size',
      );
      if (batch !== undefined && batch <= 2)
        find('batch-content', 'tiny', layer, `batch_size: ${batch} in ${name}`, 'likely');
    }
    if (/^(?:LOG|POWER|EXP|MVN|NORMALIZE|SQRT)$/.test(type))
      notes.push(`${at(layer)}: layer ${name} of type ${type} can divide by zero or leave its domain`);
    for (const top of tops)
      if (after) shapes.set(top, after);
      else shapes.delete(top);
  }
  if (hasRecurrent) find('architecture', 'rnn', layers[0], 'recurrent layers', 'likely');
  else if (hasConvolution) find('architecture', 'cnn', layers[0], 'convolution layers', 'likely');
  if (poolings === 0) find('pooling', 'none', layers[0], 'no pooling layer', 'likely');
  else if (worst !== null)
    find('pooling', 'stride-exceeds-kernel', worst.layer, worst.detail, worst.certain ? 'certain' : 'likely');
  else
    find(
      'pooling',
      'usual',
      layers.find((layer) => /POOL/i.test(textOf(layer.fields, 'type') ?? '')),
      'no stride exceeds its kernel',
    );
  if (hasNormalization)
    find(
      'normalization-layer',
      'batchnorm',
      layers.find((layer) => /BatchNorm/i.test(textOf(layer.fields, 'type') ?? '')),
      'BatchNorm layers',
      'likely',
    );
  else if (layers.length > 2) find('normalization-layer', 'none', layers[0], 'no BatchNorm layer', 'likely');
  if (hasRaw && !hasScale) {
    const finding = find(
      'input-scale',
      'raw',
      layers[0],
      'no scale, mean_file or mean_value in transform_param',
      'weak',
    );
    issues.push({
      source: at(layers[0]),
      problem: 'the data layer neither scales nor subtracts a mean',
      because: 'pixels of 0 to 255 multiply the first gradients by about a hundred',
      fix: 'add transform_param { scale: 0.00390625 } or a mean',
      findings: [finding],
    });
  }
  checkLosses(losses, find, issues, at);
}

function inputSize(
  fields: readonly ProtoField[],
  layers: readonly ProtoField[],
): { tops: string[]; size: { height: number; width: number } | null } {
  const tops: string[] = [];
  let size: { height: number; width: number } | null = null;
  for (const layer of layers) {
    const crop =
      numberOf(field(layer.fields, 'transform_param')?.fields ?? [], 'crop_size') ??
      numberOf(field(layer.fields, 'data_param')?.fields ?? [], 'crop_size');
    const shape = field(field(layer.fields, 'input_param')?.fields ?? [], 'shape');
    if (crop) size = { height: crop, width: crop };
    if (shape) {
      const dims = shape.fields.filter((one) => one.name === 'dim').map((one) => Number(one.value));
      if (dims.length === 4) size = { height: dims[2] ?? 0, width: dims[3] ?? 0 };
    }
    if (crop || shape) tops.push(...layer.fields.filter((one) => one.name === 'top').map((one) => one.value ?? ''));
  }
  const dims = fields.filter((one) => one.name === 'input_dim').map((one) => Number(one.value));
  const shape =
    field(fields, 'input_shape')
      ?.fields.filter((one) => one.name === 'dim')
      .map((one) => Number(one.value)) ?? [];
  const four = dims.length === 4 ? dims : shape.length === 4 ? shape : null;
  if (four) {
    size = { height: four[2] ?? 0, width: four[3] ?? 0 };
    tops.push(textOf(fields, 'input') ?? 'data');
  }
  return { tops, size };
}

function geometry(param: readonly ProtoField[], axis: 'h' | 'w'): { kernel: number; stride: number; pad: number } {
  const pick = (name: string, otherwise: number) =>
    numberOf(param, `${name}_${axis}`) ?? numberOf(param, name === 'kernel' ? 'kernel_size' : name) ?? otherwise;
  return { kernel: pick('kernel', 0), stride: pick('stride', 1), pad: pick('pad', 0) };
}

function convolved(
  size: { height: number; width: number },
  param: readonly ProtoField[],
  isUp: boolean,
): { height: number; width: number } {
  const one = (extent: number, axis: 'h' | 'w') => {
    const { kernel, stride, pad } = geometry(param, axis);
    const dilation = numberOf(param, 'dilation') ?? 1;
    const reach = dilation * (kernel - 1) + 1;
    return isUp ? stride * (extent - 1) + reach - 2 * pad : Math.floor((extent + 2 * pad - reach) / stride) + 1;
  };
  return { height: one(size.height, 'h'), width: one(size.width, 'w') };
}

/**
 * Caffe rounds the number of windows up. With a stride longer than the kernel and no padding the last window can start
 * at the very edge: it holds no element, and the average of nothing is 0/0.
 */
function checkPooling(
  layer: ProtoField,
  param: readonly ProtoField[],
  name: string,
  before: { height: number; width: number } | undefined,
  issues: ConfigIssue[],
  find: Find,
  at: At,
): { after: { height: number; width: number } | undefined; bad: boolean; certain: boolean; detail: string } {
  const isGlobal = textOf(param, 'global_pooling') === 'true';
  if (isGlobal) return { after: before && { height: 1, width: 1 }, bad: false, certain: false, detail: '' };
  const isAverage = (textOf(param, 'pool') ?? 'MAX').toUpperCase() === 'AVE';
  const isFloor = (textOf(param, 'round_mode') ?? 'CEIL').toUpperCase() === 'FLOOR';
  const exceeds: string[] = [];
  let isEmpty = false;
  const outputs: number[] = [];
  for (const axis of ['h', 'w'] as const) {
    const { kernel, stride, pad } = geometry(param, axis);
    const extent = before === undefined ? undefined : axis === 'h' ? before.height : before.width;
    let windows = 0;
    if (extent !== undefined) {
      windows = (isFloor ? Math.floor : Math.ceil)((extent + 2 * pad - kernel) / stride) + 1;
      if (pad > 0 && (windows - 1) * stride >= extent + pad) windows -= 1;
    }
    outputs.push(windows);
    if (stride > kernel && kernel > 0) {
      exceeds.push(
        `kernel ${kernel}, stride ${stride} (${axis === 'h' ? 'height' : 'width'}${extent === undefined ? '' : ` ${extent}`})`,
      );
      if (extent !== undefined && pad === 0 && (windows - 1) * stride === extent) isEmpty = true;
    }
  }
  const after = before && { height: outputs[0] ?? 0, width: outputs[1] ?? 0 };
  if (exceeds.length === 0) return { after, bad: false, certain: false, detail: '' };
  const { kernel, stride } = geometry(param, 'h');
  const detail = `layer ${name}: ${exceeds[0]}`;
  const sizes = [1, 2, 3].map((windows) => windows * stride).join(', ');
  const condition = isFloor
    ? 'with round_mode FLOOR no window starts at the edge'
    : isEmpty
      ? `the last window starts exactly at the edge and is empty: ${isAverage ? 'the average of nothing is 0/0 = NaN' : 'the maximum of nothing is -3.4e38'}`
      : before === undefined
        ? `the last window is empty where the input is ${sizes}, ... (a multiple of the stride whose last window starts at the edge): ${isAverage ? '0/0 = NaN' : '-3.4e38'}`
        : `not at this input size; it would be empty at ${sizes}, ...`;
  const certain = isEmpty && isAverage;
  issues.push({
    source: at(layer),
    problem: `pooling layer ${name}: stride ${stride} exceeds kernel ${kernel}`,
    because: condition,
    fix: `use a kernel of at least ${stride}, or a stride of at most ${kernel}`,
    findings: [
      {
        symptom: 'pooling',
        answer: 'stride-exceeds-kernel',
        source: at(layer),
        detail,
        confidence: certain ? 'certain' : 'likely',
      },
    ],
  });
  if (certain) find('bad-op', 'pooling', layer, detail, 'likely');
  return { after, bad: true, certain, detail };
}

function checkFiller(
  layer: ProtoField,
  param: readonly ProtoField[],
  name: string,
  find: Find,
  issues: ConfigIssue[],
  at: At,
): void {
  const filler = field(param, 'weight_filler');
  if (filler === undefined) {
    // Stock Caffe fills with zeros then: no NaN, but nothing is learned either. A fork may leave memory as it was.
    const finding = find('initialization', 'unset', layer, `layer ${name} has no weight_filler`, 'weak');
    issues.push({
      source: at(layer),
      problem: `layer ${name} has no weight_filler`,
      because:
        'stock Caffe then starts from zeros (the loss stays at ln K); weights loaded from a file do not need one',
      fix: 'add weight_filler { type: "xavier" }',
      findings: [finding],
    });
    return;
  }
  const deviation = numberOf(filler.fields, 'std');
  if (deviation !== undefined && deviation >= 1) {
    const finding = find('initialization', 'custom', filler, `layer ${name}: std ${deviation}`, 'likely');
    issues.push({
      source: at(filler),
      problem: `layer ${name}: weight_filler std ${deviation}`,
      because: 'activations grow by about std times the root of the fan-in with each layer',
      fix: 'use xavier or msra',
      findings: [finding],
    });
  }
}

function checkLosses(losses: readonly ProtoField[], find: Find, issues: ConfigIssue[], at: At): void {
  if (losses.length > 1) find('loss-terms', 'several', losses[0], `${losses.length} loss layers`);
  else if (losses.length === 1) find('loss-terms', 'single', losses[0], 'one loss layer', 'likely');
  const weights: number[] = [];
  for (const layer of losses) {
    const type = (textOf(layer.fields, 'type') ?? '').toUpperCase().replaceAll('_', '');
    const name = textOf(layer.fields, 'name') ?? '?';
    const weight = numberOf(layer.fields, 'loss_weight') ?? 1;
    weights.push(weight);
    if (losses.length === 1) {
      const answer =
        type === 'SOFTMAXWITHLOSS' || type === 'SOFTMAXLOSS' || type === 'SIGMOIDCROSSENTROPYLOSS'
          ? 'cross-entropy-logits'
          : type === 'EUCLIDEANLOSS' || type === 'SMOOTHL1LOSS'
            ? 'regression'
            : type === 'INFOGAINLOSS' || type === 'MULTINOMIALLOGISTICLOSS'
              ? 'cross-entropy-probs'
              : type === 'CONTRASTIVELOSS' || type === 'TRIPLETLOSS'
                ? 'metric'
                : null;
      if (answer) find('loss-function', answer, layer, `layer ${name} of type ${textOf(layer.fields, 'type')}`);
    }
    if (type === 'INFOGAINLOSS')
      issues.push({
        source: at(layer),
        problem: `layer ${name} is InfogainLoss`,
        because:
          'before April 2017 it took probabilities: unnormalised inputs give the logarithm of zero or of negative values',
        fix: 'put a Softmax before it, or update Caffe',
        findings: [],
      });
    if (weight >= 100)
      issues.push({
        source: at(layer),
        problem: `layer ${name}: loss_weight ${weight}`,
        because: 'it multiplies the gradient and the learning rate of this term',
        fix: 'lower it until the terms are of one size',
        findings: [],
      });
  }
}
