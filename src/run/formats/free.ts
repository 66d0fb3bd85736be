import { seriesKind } from '../names.ts';
import { NUMBER, parseNumber } from '../number.ts';
import { type LineFormat, record } from '../record.ts';

/** A word, or a number that is not part of one. */
const TOKEN = new RegExp(`([A-Za-z_][\\w./@-]*[\\w@]|[A-Za-z_])|(${NUMBER})|([,;|(){}\\[\\]]+)`, 'gi');
const STEP =
  /^(?:global_?)?(?:step|steps|iter|iters|iteration|iterations|it|update|updates|num_updates|batch|batches|i|itr)$/i;
const EPOCH = /^(?:ep|epoch|epochs)$/i;
const RANK = /^(?:local_|global_)?rank$/i;
/** Words between a name and its number that name nothing. */
const GLUE = /^(?:at|after|is|of|was|for|on|tensor|array)$/i;
/** Words before a name that do not belong to it. */
const PREFIX = /^(?:info|warning|error|debug|the|current|print|step|done|now|epoch|batch|iter|batches)$/i;
/** Text that mentions losses without reporting one: configuration, source code. */
const NOT_A_REPORT =
  /Error:|Exception:|diverged with|[Ll]oss (?:is|was|became|becomes|becoming|turns|turned|goes|went|gets|got|to|=>) (?:to )?(?:nan|NaN|NAN|inf|not)|isnan|float\(['"]|# |^\s*(?:def|class|import|from|if|for|return|assert|elif|while)\b|\(\s*'\w+'\s*,\s*\(|usage:|^\s*--/;

/**
 * Whatever else prints names and numbers: `epoch 3 | train loss: nan | lr 0.01`, `Loss at step 100 : nan`,
 * `g_loss nan d_loss 0.1`. Words since the last number or bracket name the next number.
 */
export const freeForm: LineFormat = {
  id: 'free-form',
  tool: 'free-form text',
  firstEpoch: null,
  find: [
    'loss',
    'Loss',
    'LOSS',
    'nan',
    'NaN',
    'NAN',
    'cost',
    'Cost',
    'ppl',
    'perplexity',
    'nll',
    'elbo',
    'grad',
    'Grad',
    ' lr',
    'lr:',
    'lr=',
    '_lr',
    'learning',
    'Learning',
    'err',
  ],
  read(line) {
    if (NOT_A_REPORT.test(line)) return null;
    const names: string[] = [];
    const values: number[] = [];
    let step: number | null = null;
    let epoch: number | null = null;
    let at: number | null = null;
    let of: number | null = null;
    let rank: number | null = null;
    let words: string[] = [];
    let held: string | null = null;
    let last: 'step' | 'epoch' | 'at' | null = null;
    let counters = 0;
    let lastEnd = 0;
    let loose: { value: number; end: number } | null = null;
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(line), turns = 0; match && turns < 400; match = TOKEN.exec(line), turns += 1) {
      const [, word, number, mark] = match;
      const start = match.index;
      const gap = line.slice(lastEnd, start);
      lastEnd = start + match[0].length;
      if (word !== undefined) {
        const spelled = parseNumber(word);
        if (spelled === undefined) {
          // `0 epoch, 152 batch`: the number stands before its word.
          if (
            loose !== null &&
            words.length === 0 &&
            /^ {1,4}$/.test(line.slice(loose.end, start)) &&
            /^\s*[,|;\])]/.test(line.slice(lastEnd, lastEnd + 4))
          ) {
            if (EPOCH.test(word) && epoch === null) {
              epoch = loose.value;
              counters += 1;
              loose = null;
              continue;
            }
            if (STEP.test(word) && step === null && at === null) {
              if (epoch === null) step = loose.value;
              else at = loose.value;
              counters += 1;
              loose = null;
              continue;
            }
          }
          if (GLUE.test(word)) continue;
          if (words.length === 4) words.shift();
          words.push(word);
          continue;
        }
      } else if (mark !== undefined) {
        if (/[,;|})]/.test(mark)) words = [];
        if (mark.includes('[') || mark.includes('(')) last = null;
        continue;
      }
      const text = number ?? word ?? '';
      const value = parseNumber(text);
      const before = start > 0 ? line[start - 1] : '';
      if (value === undefined) continue;
      if (words.length === 0) {
        // `12/313`: the length of what was just counted. `Step 0: nan`: an unnamed value after its counter.
        loose = Number.isInteger(value) ? { value, end: lastEnd } : null;
        if (gap.trim() === '/' && last !== null) of = value;
        else if (
          epoch !== null &&
          at === null &&
          step === null &&
          /^\s{0,3}\/\s{0,3}\d/.test(line.slice(lastEnd, lastEnd + 8)) &&
          (last === null || last === 'epoch')
        ) {
          at = value;
          last = 'at';
          counters += 1;
          continue;
        } else if (
          last !== null &&
          counters === 1 &&
          /^\s*[:=-]{1,3}\s*\[?$/.test(gap) &&
          (held !== null || Number.isNaN(value))
        ) {
          names.push(held ?? 'loss');
          values.push(value);
          held = null;
        }
        last = null;
        continue;
      }
      if (before !== undefined && /[\w.]/.test(before)) {
        words = [];
        continue;
      }
      const label = words.join(' ');
      const nearest = words[words.length - 1] ?? '';
      const rest = words.slice(0, -1);
      if (RANK.test(nearest) && Number.isInteger(value) && value >= 0) {
        rank = value;
        last = null;
      } else if (EPOCH.test(nearest) && Number.isFinite(value)) {
        epoch = value;
        last = 'epoch';
        counters += 1;
      } else if (STEP.test(nearest) && Number.isFinite(value)) {
        if (/^(?:batch|batches|iter|it|i|step)$/i.test(nearest) && epoch !== null) at = value;
        else step = value;
        last = 'step';
        counters += 1;
      } else {
        // "Train Loss: epoch NaN - batch NaN" averages the metric over what stands behind it.
        const name = /^(?:epoch|batch|step)$/i.test(nearest) ? rest.join(' ') : label;
        const metric = metricName(name.split(' '));
        const unknown =
          metric === null &&
          Number.isNaN(value) &&
          seriesKind(nearest) === 'unknown' &&
          /^[A-Za-z_][\w.]{0,40}$/.test(nearest) &&
          /^\s*:\s*$/.test(gap)
            ? nearest
            : null;
        if (unknown !== null && !names.includes(unknown)) {
          names.push(unknown);
          values.push(value);
        }
        if (metric !== null && !/[%]/.test(line.slice(lastEnd, lastEnd + 1))) {
          if (!names.includes(metric)) {
            names.push(metric);
            values.push(value);
          }
        }
        last = null;
      }
      const metric = last === null ? null : metricName(rest);
      if (metric !== null) held = metric;
      words = [];
    }
    if (step === null && epoch !== null && at === null && of !== null && last === null && counters === 1) of = null;
    if (names.length === 0) return null;
    // A rate or scale alone, with nothing counted, is a setting.
    if (counters === 0 && names.every((name) => ['rate', 'loss-scale'].includes(seriesKind(name)))) return null;
    return record({ step, epoch, at, of: at === null ? null : of, rank, names, values });
  },
  samples: [
    { line: 'rank 2, step 40: loss nan', step: 40, rank: 2, values: { loss: Number.NaN } },
    { line: 'epoch: 3451 loss: nan', epoch: 3451, values: { loss: Number.NaN } },
    {
      line: 'Epoch 0/1 | Batch 100/15582 | Train Loss nan | Learning Rate 2e-08',
      epoch: 0,
      at: 100,
      of: 15582,
      values: { 'Train Loss': Number.NaN, 'Learning Rate': 2e-8 },
    },
    { line: 'Loss at step 100 : nan', step: 100, values: { Loss: Number.NaN } },
    { line: 'Step 0: nan', step: 0, values: { loss: Number.NaN } },
    { line: 'Step: 10, Train_loss:nan', step: 10, values: { Train_loss: Number.NaN } },
    {
      line: '[10] epoch 0, 10/186, g_loss nan d_fake_loss nan d_real_loss 0.5 flat nan',
      epoch: 0,
      values: { g_loss: Number.NaN, d_fake_loss: Number.NaN, d_real_loss: 0.5 },
    },
    {
      line: '[session 1][epoch  2][iter    0/  88] loss: nan, lr: 1.00e-04',
      epoch: 2,
      at: 0,
      of: 88,
      values: { loss: Number.NaN, lr: 1e-4 },
    },
    {
      line: 'Epoch [1/5] Step [0900/1915]: bow_loss=nan',
      epoch: 1,
      at: 900,
      of: 1915,
      values: { bow_loss: Number.NaN },
    },
    {
      line: '99it [01:11,  1.46it/s]\titers: 100, epoch: 1 | loss: nan\tspeed: 0.6840s/iter; left time: 9557.1s',
      step: 100,
      epoch: 1,
      values: { loss: Number.NaN },
    },
    {
      line: 'loss=nan (nan), lr=0.000509: :   0% 1/8120 [00:01<2:47:55,  1.24s/it]',
      values: { loss: Number.NaN, lr: 0.000509 },
    },
    { line: '  - Train Loss: epoch NaN - batch NaN', values: { 'Train Loss': Number.NaN } },
    {
      line: 'BMN training loss(epoch 0): tem_loss: 1.184, pem class_loss: nan, pem reg_loss: 0.024, total_loss: nan',
      epoch: 0,
      values: { tem_loss: 1.184, 'pem class_loss': Number.NaN, total_loss: Number.NaN },
    },
    { line: 'Epoch:0, Train loss: nan:', epoch: 0, values: { 'Train loss': Number.NaN } },
    { line: "tensor print loss: tensor(nan, device='cuda:0', grad_fn=<MeanBackward0>)", values: { loss: Number.NaN } },
    { line: '# Avoid Inf/NaN error', ignored: true },
    { line: "best_loss = float('inf')", ignored: true },
  ],
};

/** The words of a label that name a metric, or `null`. */
function metricName(words: readonly string[]): string | null {
  for (let from = Math.max(0, words.length - 2); from < words.length; from += 1) {
    const name = words.slice(from).join(' ');
    const kind = seriesKind(name);
    if (kind === 'ignored') return null;
    if (kind !== 'metric' && kind !== 'state' && kind !== 'unknown')
      return PREFIX.test(words[from] ?? '') && from < words.length - 1 ? words.slice(from + 1).join(' ') : name;
  }
  return null;
}
