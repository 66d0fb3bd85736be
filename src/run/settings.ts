import type { Confidence, Finding } from '../evidence.ts';
import { printable } from '../untrusted.ts';
import type { Setting } from './collect.ts';
import { parseNumber } from './number.ts';
import type { ConfigIssue } from './reading.ts';
import type { Signs } from './signs.ts';

/** What the settings of a run tell, and what is doubtful about them. */
export interface SettingsReading {
  readonly findings: Finding[];
  readonly issues: ConfigIssue[];
}

function truth(value: string): boolean | null {
  if (/^(?:true|yes|on|1|enabled)$/i.test(value)) return true;
  if (/^(?:false|no|off|0|none|null|disabled)$/i.test(value)) return false;
  return null;
}

function optimizerAnswer(value: string): string | null {
  const word = value.toLowerCase();
  if (/adagrad/.test(word)) return 'adagrad';
  if (/adadelta|lion|adafactor|lamb|lars|shampoo|muon|sophia/.test(word)) return 'other';
  if (/adam|adabelief/.test(word)) return 'adam';
  if (/rmsprop/.test(word)) return 'rmsprop';
  if (/lbfgs|l-bfgs/.test(word)) return 'lbfgs';
  if (/sgd|momentum|nesterov/.test(word)) return 'sgd';
  return null;
}

function dtypeAnswer(value: string): string | null {
  const word = value.toLowerCase().replace(/^torch\.|^"|"$/g, '');
  if (/^(?:fp8|int8|int4|4bit|8bit|nf4|e4m3|e5m2|hybrid)/.test(word)) return 'low-bit';
  if (/bf16|bfloat16/.test(word)) return 'bfloat16';
  if (/^(?:fp16|16|16-mixed|amp|o1|o2|mixed_float16|16-true|float16|half|f16)$/.test(word))
    return word === 'float16' || word === 'half' || word === '16-true' || word === 'f16' ? 'float16' : 'mixed-float16';
  if (/^(?:fp32|32|32-true|float32|float|no|full|tf32|f32)$/.test(word)) return 'float32';
  if (/^(?:fp64|64|64-true|float64|double|f64)$/.test(word)) return 'float64';
  return null;
}

/** Findings and doubts from settings, whatever file or dump they stand in. */
export function readSettings(path: string, settings: readonly Setting[], signs: Signs): SettingsReading {
  const findings: Finding[] = [];
  const issues: ConfigIssue[] = [];
  const known = new Map<string, Setting>();
  for (const setting of settings) {
    const full = setting.name.toLowerCase().replaceAll('/', '.').replaceAll('-', '_').replace(/^_+/, '');
    const bare = full.slice(full.lastIndexOf('.') + 1);
    const name =
      signs.settings.get(full) ?? signs.settings.get(full.split('.').slice(-2).join('.')) ?? signs.settings.get(bare);
    if (name !== undefined && setting.value !== 'auto' && setting.value !== '')
      known.set(name, known.get(name) ?? setting);
  }
  const add = (symptom: string, answer: string, setting: Setting, confidence: Confidence = 'likely'): Finding => {
    const finding: Finding = {
      symptom,
      answer,
      source: `${path}:${setting.line}`,
      detail: printable(`${setting.name} = ${setting.value}`, 120),
      confidence,
    };
    findings.push(finding);
    return finding;
  };
  const number = (name: string): number | undefined => {
    const setting = known.get(name);
    return setting === undefined ? undefined : parseNumber(setting.value);
  };
  const doubt = (setting: Setting, problem: string, because: string, fix: string, ...found: Finding[]) =>
    issues.push({ source: `${path}:${setting.line}`, problem: printable(problem, 160), because, fix, findings: found });

  const rate = known.get('rate');
  if (rate && number('rate') !== undefined)
    add('lr-value', Number.isFinite(number('rate')) ? rate.value : 'non-finite', rate);

  let dtype: string | null = null;
  const precision = known.get('precision');
  const half = known.get('float16');
  const brain = known.get('bfloat16');
  const low = known.get('low-bit');
  if (low && truth(low.value) === true) {
    dtype = 'low-bit';
    add('dtype', dtype, low);
  } else if (brain && truth(brain.value) === true) {
    dtype = 'bfloat16';
    add('dtype', dtype, brain, 'certain');
  } else if (half && truth(half.value) === true) {
    dtype = 'mixed-float16';
    add('dtype', dtype, half, 'certain');
  } else if (precision) {
    dtype = dtypeAnswer(precision.value) ?? (truth(precision.value) === false ? 'float32' : null);
    if (dtype !== null) add('dtype', dtype, precision);
  } else if (half && truth(half.value) === false && (brain === undefined || truth(brain.value) === false)) {
    dtype = 'float32';
    add('dtype', dtype, half, brain ? 'likely' : 'weak');
  }

  const clip = known.get('clip-norm');
  if (clip) {
    const value = number('clip-norm');
    if (truth(clip.value) === true && value === undefined) add('grad-clipping', 'by-norm', clip, 'weak');
    else if (value !== undefined && value > 0) add('grad-clipping', 'by-norm', clip, 'certain');
    else if (value !== undefined || truth(clip.value) === false) {
      const finding = add('grad-clipping', 'none', clip);
      doubt(
        clip,
        `${clip.name} = ${clip.value}: gradient clipping is off`,
        'one large batch can then move the weights without a bound',
        'set a norm of 1.0',
        finding,
      );
    }
  }
  const clipValue = known.get('clip-value');
  if (clipValue && (number('clip-value') ?? 0) > 0) add('grad-clipping', 'by-value', clipValue);

  const optimizer = known.get('optimizer');
  if (optimizer) {
    const answer = optimizerAnswer(optimizer.value);
    if (answer !== null) add('optimizer', answer, optimizer);
  }
  const scheduler = known.get('scheduler');
  if (scheduler) {
    const word = scheduler.value.toLowerCase();
    const answer = /warm/.test(word)
      ? 'warmup'
      : /onecycle|one_cycle|cyclic|cosine.*restart/.test(word)
        ? 'cyclical'
        : /constant|fixed/.test(word)
          ? 'constant'
          : /cosine|linear|poly|step|exp|decay|plateau|inverse|noam/.test(word)
            ? 'decay'
            : null;
    if (answer !== null) add('lr-schedule', answer, scheduler, 'weak');
  }
  const warmup = known.get('warmup');
  const warm = number('warmup');
  const total = number('max-steps');
  if (warmup && warm !== undefined) {
    if (warm > 0 && warm !== total) add('lr-schedule', 'warmup', warmup);
    if (total !== undefined && total > 0 && warm > 1 && warm >= total) {
      const finding: Finding[] = warm === total ? [add('lr-schedule', 'zero-length', warmup, 'certain')] : [];
      doubt(
        warmup,
        `${warmup.name} = ${warmup.value} is not shorter than the run (${total})`,
        warm === total
          ? 'the decay after it has length zero: a division by zero in many schedules'
          : 'the peak rate is never reached, and a decay of negative length may follow',
        'shorten the warm-up',
        ...finding,
      );
    } else if (warm === 0 && (dtype === 'mixed-float16' || dtype === 'float16'))
      doubt(
        warmup,
        `${warmup.name} = 0 in half precision`,
        'Adam takes its largest steps before its second moment has settled',
        'warm up over a few hundred steps',
      );
  }
  const steps = known.get('max-steps');
  // Elsewhere a 0 means "no limit".
  if (total === 0 && steps !== undefined && /total|num_train/i.test(steps.name)) {
    const setting = steps;
    const finding = add('lr-schedule', 'zero-length', setting);
    doubt(
      setting,
      `${setting.name} = 0`,
      'a schedule of length zero divides by zero',
      'set the number of steps',
      finding,
    );
  }
  const epsilon = known.get('epsilon');
  const eps = number('epsilon');
  if (
    epsilon &&
    eps !== undefined &&
    eps >= 0 &&
    eps < 2.98e-8 &&
    (dtype === 'float16' || (eps === 0 && dtype !== null))
  ) {
    doubt(
      epsilon,
      `${epsilon.name} = ${epsilon.value} with ${dtype}`,
      'float16 rounds everything below 2.98e-8 to 0, so the denominator loses its guard',
      'use 1e-6 or 1e-4, or keep the optimizer in float32',
    );
  }
  const power = known.get('initial-scale-power');
  if (power && (number('initial-scale-power') ?? 0) >= 24)
    doubt(
      power,
      `${power.name} = ${power.value}: the loss scale starts at 2^${power.value}`,
      'expect a dozen or more skipped steps at the start; that is a search, not a failure',
      'use 16',
    );
  const scale = known.get('loss-scale');
  const fixed = number('loss-scale');
  if (scale && fixed !== undefined && fixed > 1 && (dtype === 'mixed-float16' || dtype === 'float16'))
    doubt(
      scale,
      `${scale.name} = ${scale.value}: a fixed loss scale`,
      'nothing lowers it when gradients overflow',
      'use the dynamic one (0)',
    );
  const batch = known.get('batch-size');
  const size = number('batch-size');
  if (batch && size !== undefined && size === 1) add('batch-content', 'tiny', batch, 'weak');
  const devices = known.get('devices');
  const count = number('devices');
  if (devices && count !== undefined && count >= 1 && count < 1e6)
    add('devices', count > 1 ? 'several' : 'one', devices);
  const resume = known.get('resume');
  if (
    resume &&
    truth(resume.value) !== false &&
    resume.value.length > 1 &&
    !/^(?:none|null|''|"")$/i.test(resume.value)
  )
    add('recent-change', 'resumed', resume, 'weak');
  const momentum = number('momentum');
  const rateValue = number('rate');
  const word = optimizer ? optimizerAnswer(optimizer.value) : null;
  if (rate && rateValue !== undefined && word === 'sgd' && rateValue >= 0.1 && (momentum ?? 0) > 0)
    doubt(
      rate,
      `${rate.name} = ${rate.value} with momentum ${momentum}`,
      `momentum multiplies the effective step by ${Math.round(1 / (1 - Math.min(momentum ?? 0, 0.999)))}`,
      'try a tenth',
    );
  return { findings, issues };
}

/** Reads `key: value`, `key = value` and YAML by indentation, as configuration files have them. */
export function settingsInText(text: string): Setting[] {
  const found: Setting[] = [];
  const stack: { indent: number; name: string }[] = [];
  let line = 0;
  let section = '';
  for (const raw of text.split('\n')) {
    line += 1;
    if (found.length >= 4000) break;
    if (raw.length > 2000) continue;
    const head = /^\s*\[([\w./-]{1,60})\]\s*$/.exec(raw);
    if (head) {
      section = `${head[1]}.`;
      stack.length = 0;
      continue;
    }
    const match = /^(\s*)(?:- )?["']?([A-Za-z_][\w./ -]{0,80}?)["']?\s*[:=]\s*(.*)$/.exec(raw);
    if (!match) continue;
    const indent = (match[1] ?? '').length;
    while (stack.length > 0 && (stack[stack.length - 1]?.indent ?? 0) >= indent) stack.pop();
    const name = match[2] ?? '';
    const value = (match[3] ?? '')
      .replace(/\s#.*$/, '')
      .trim()
      .replace(/^["']|["'],?$/g, '')
      .replace(/,$/, '');
    const full = section + [...stack.map((one) => one.name), name].join('.');
    if (value === '' || value === '|' || value === '>') {
      if (stack.length < 16) stack.push({ indent, name });
    } else found.push({ name: full, value, line });
  }
  return found;
}

/** Whether text is a configuration: mostly distinct `key: value` lines. */
export function looksLikeSettings(lines: readonly string[]): boolean {
  const names = new Set<string>();
  let hits = 0;
  let content = 0;
  let repeats = 0;
  for (const line of lines) {
    if (/^\s*(?:#|;|\/\/|---|\.\.\.|$)/.test(line)) continue;
    // A report, not a setting.
    if (/(?:Error|Warning|Exception)\s*:|[:=]\s*[-+]?(?:nan|inf)\b|Traceback/i.test(line)) return false;
    content += 1;
    const match = /^(\s*(?:- )?["']?[A-Za-z_][\w./-]{0,80}["']?)\s*[:=](?:\s|$|[^=])/.exec(line);
    if (match) {
      hits += 1;
      const name = match[1] ?? '';
      if (names.has(name)) repeats += 1;
      names.add(name);
    } else if (/^\s*\[[\w./-]+\]\s*$|^\s*- \S{1,80}$/.test(line)) hits += 1;
  }
  return content >= 2 && hits >= content * 0.8 && repeats <= hits * 0.4 && names.size >= 2;
}
