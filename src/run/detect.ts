import type { Confidence, Finding } from '../evidence.ts';
import { printable } from '../untrusted.ts';
import type { Collector } from './collect.ts';
import { isTotal, termSort } from './names.ts';
import type { NonFinite } from './number.ts';
import type { FirstNonFinite, HiddenValue } from './reading.ts';
import type { LineFormat } from './record.ts';
import type { SeriesRecorder } from './series.ts';
import type { Signs } from './signs.ts';

/** What the series of one file tell. */
export interface Story {
  readonly findings: Finding[];
  readonly hidden: HiddenValue[];
  readonly first: (FirstNonFinite & { readonly line: number; readonly unit: string }) | null;
  readonly notes: string[];
  readonly hasLoss: boolean;
  readonly isSuspicious: boolean;
  /** The series that shows the course best. */
  readonly main: SeriesRecorder | null;
}

/** How a number is shown in a detail. */
export function shown(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  return String(Number(value.toPrecision(4)));
}

const UNIT: Readonly<Record<string, string>> = { step: 'step', epoch: 'epoch', record: 'record' };

/** Reads the series of a file as an engineer would: what failed first, how the loss went, what the rate did. */
export function tellStory(collector: Collector, signs: Signs): Story {
  const { path } = collector;
  const findings: Finding[] = [];
  const hidden: HiddenValue[] = [];
  const notes: string[] = [];
  const all = [...collector.series.values()].filter((one) => one.points > 0 || one.missing > 0);
  const losses = all.filter((one) => one.kind === 'loss' && one.points > 0);
  const validations = all.filter((one) => one.kind === 'validation-loss' && one.points > 0);
  const rates = all.filter((one) => one.kind === 'rate' && one.points > 0);
  const gradients = all.filter((one) => one.kind === 'gradient-norm' && one.points > 0 && !isPlaceholder(one));
  const scales = all.filter((one) => one.kind === 'loss-scale' && one.points > 0);
  const unknown =
    losses.length + validations.length === 0
      ? all.filter((one) => one.kind === 'unknown' && one.nonFinite > 0 && one.nonFinite === one.points)
      : [];
  const states = all.filter((one) => one.kind === 'state' && one.points > 0);
  const add = (symptom: string, answer: string, line: number, detail: string, confidence: Confidence) => {
    findings.push({ symptom, answer, source: `${path}:${line}`, detail: printable(detail, 160), confidence });
  };
  const formatOf = (one: SeriesRecorder): LineFormat | undefined => collector.formatOf.get(one.format);

  const main = mainLoss(losses);
  findHidden({ collector, losses, gradients, signs, hidden, add });
  const benign = new Set(benignGradients(gradients, losses, scales, collector, notes));

  // ---- what failed first
  const candidates: { recorder: SeriesRecorder; line: number; order: number }[] = [];
  for (const one of [...losses, ...validations, ...rates, ...gradients, ...states, ...unknown]) {
    if (one.badValue === null || benign.has(one)) continue;
    if (one.kind === 'state' && !/rms|running|params?|weight/i.test(one.name)) continue;
    const order =
      one.kind === 'rate'
        ? 0
        : one.kind === 'loss'
          ? isTotal(one.name)
            ? 1
            : 2
          : one.kind === 'gradient-norm'
            ? 3
            : one.kind === 'state'
              ? 4
              : one.kind === 'unknown'
                ? 6
                : 5;
    candidates.push({ recorder: one, line: one.badLine, order });
  }
  // Values of one step stand on several lines in some logs: the step decides, then the line.
  candidates.sort((a, b) => {
    if (
      a.recorder.unit === 'step' &&
      b.recorder.unit === 'step' &&
      a.recorder.badSegment === b.recorder.badSegment &&
      a.recorder.rank === b.recorder.rank &&
      a.recorder.badX !== b.recorder.badX
    )
      return a.recorder.badX - b.recorder.badX;
    return a.line - b.line || a.order - b.order;
  });
  const failing = candidates[0]?.recorder ?? null;
  let first: Story['first'] =
    failing === null
      ? null
      : {
          step: failing.badX,
          series: failing.name,
          value: failing.badValue as NonFinite,
          source: `${path}:${failing.badLine}`,
          line: failing.badLine,
          unit: failing.unit,
        };
  const unseen = hidden[0];
  if (unseen !== undefined) {
    const line = lineOf(unseen.source);
    if (
      first === null ||
      unseen.step === null ||
      first.step === null ||
      unseen.step <= first.step ||
      line < first.line
    ) {
      first = {
        step: unseen.step,
        series: unseen.series,
        value: unseen.value,
        source: unseen.source,
        line,
        unit: main?.unit ?? 'step',
      };
    }
  }

  // ---- context
  const dominant = dominantFormat(collector);
  if (dominant !== null) {
    if (dominant.framework) add('framework', dominant.framework, 1, `written by ${dominant.tool}`, 'likely');
    if (dominant.architecture) add('architecture', dominant.architecture, 1, `written by ${dominant.tool}`, 'weak');
  }
  const scaled = scales.find((one) => (one.max ?? 0) > 1);
  if (scaled)
    add('dtype', 'mixed-float16', scaled.firstLine, `the log has a loss scale (${shown(scaled.first)})`, 'likely');
  if (collector.ranks.size > 1) add('devices', 'several', 1, `${collector.ranks.size} ranks print`, 'certain');
  tellTerms({ losses, add });
  tellNames({ all, signs, add });
  tellScale({ scales, add });

  if (first === null)
    return {
      findings,
      hidden,
      first,
      notes,
      hasLoss: losses.length + validations.length > 0,
      isSuspicious: diverged(main),
      main,
    };

  // ---- the failure
  const lossBad = main?.badValue !== null && main !== null;
  const isEvalOnly =
    failing !== null &&
    failing.kind === 'validation-loss' &&
    losses.length > 0 &&
    losses.every((one) => one.nonFinite === 0) &&
    unseen === undefined;
  if (isEvalOnly && failing)
    add(
      'scope',
      'eval-only',
      failing.badLine,
      `${failing.name} is ${failing.badValue} while the training loss stays finite`,
      'likely',
    );
  else if (lossBad && main) add('scope', 'train', main.badLine, `${main.name} is ${main.badValue}`, 'weak');
  tellRanks({ losses, add });
  if (failing !== null && !isEvalOnly) tellOnset({ failing, collector, add, format: formatOf(failing) });
  if (main !== null && unseen === undefined) {
    if (lossBad) tellTrend({ main, add, format: formatOf(main) });
    tellFirstLoss(main, add);
    if (lossBad) tellAfter(main, add);
  } else if (main !== null && unseen !== undefined) tellFirstLoss(main, add);
  tellRate({ rates, first, add });
  tellGradient({ gradients, benign, main, first, failing, add });
  const rateBad = rates.find((one) => one.badValue !== null);
  if (rateBad && (failing === rateBad || rateBad.badLine <= first.line + 4)) {
    add('lr-value', 'non-finite', rateBad.badLine, `${rateBad.name} is ${rateBad.badValue}`, 'certain');
    add(
      'first-bad-tensor',
      'learning-rate',
      rateBad.badLine,
      `${rateBad.name} is ${rateBad.badValue} at ${UNIT[rateBad.unit]} ${shown(rateBad.badX)}`,
      'certain',
    );
  }
  for (const one of states) {
    if (one.badValue !== null && one.badLine <= first.line)
      add('first-bad-tensor', 'buffer', one.badLine, `${one.name} is ${one.badValue}`, 'likely');
  }
  return { findings, hidden, first, notes, hasLoss: losses.length + validations.length > 0, isSuspicious: true, main };
}

type Add = (symptom: string, answer: string, line: number, detail: string, confidence: Confidence) => void;

function lineOf(source: string): number {
  return Number(source.slice(source.lastIndexOf(':') + 1)) || 0;
}

/** The loss whose course is told: a total before a term, one that fails before one that does not, of the rank that fails first. */
export function mainLoss(losses: readonly SeriesRecorder[]): SeriesRecorder | null {
  let best: SeriesRecorder | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const one of losses) {
    if (/^epoch\/|^eval\//.test(one.name)) continue;
    let score =
      (isTotal(one.name) ? 4 : 0) +
      (one.badValue !== null ? 2 : 0) +
      (one.unit === 'epoch' ? 0 : 1) +
      (/ppl|perplex/i.test(one.name) ? -3 : 0);
    score += Math.min(1, one.points / 1e9);
    const isEarlier =
      best !== null &&
      best.name === one.name &&
      best.unit === one.unit &&
      best.rank !== one.rank &&
      one.badX < best.badX;
    if (score > bestScore || isEarlier) {
      bestScore = score;
      best = one;
    }
  }
  return best ?? losses[0] ?? null;
}

function dominantFormat(collector: Collector): LineFormat | null {
  let best: LineFormat | null = null;
  let most = 0;
  for (const [id, count] of collector.formats) {
    const format = collector.formatOf.get(id);
    if (format === undefined || id === 'free-form') continue;
    if (count > most) {
      most = count;
      best = format;
    }
  }
  return best;
}

function diverged(main: SeriesRecorder | null): boolean {
  if (main === null || main.points < 5 || !(main.min > 0)) return false;
  return main.max > 8 * Math.max(main.first, 1e-12) && main.last > 2 * main.first;
}

/**
 * Single non-finite gradient norms are how a dynamic loss scaler searches: no failure while the loss is finite, the
 * scale settles and the norms come back.
 */
function benignGradients(
  gradients: readonly SeriesRecorder[],
  losses: readonly SeriesRecorder[],
  scales: readonly SeriesRecorder[],
  collector: Collector,
  notes: string[],
): SeriesRecorder[] {
  if (losses.some((one) => one.badValue !== null)) return [];
  const scale = scales.find((one) => (one.max ?? 0) > 1);
  const hasOverflowLines = [...collector.sightings.values()].some(
    ({ sign }) => sign.harmless && /overflow/.test(sign.id),
  );
  if (scale === undefined && !hasOverflowLines) return [];
  if (scale !== undefined && isFalling(scale)) return [];
  const found: SeriesRecorder[] = [];
  for (const one of gradients) {
    if (one.nonFinite === 0 || one.finiteAfterBad === 0) continue;
    if (one.nonFinite > Math.max(3, one.points * 0.02)) continue;
    found.push(one);
    notes.push(
      `${collector.path}: ${one.name} was ${one.badValue} ${one.nonFinite} time${one.nonFinite === 1 ? '' : 's'} while the loss stayed finite; a dynamic loss scaler does that when it searches, and nothing is wrong with it`,
    );
  }
  return found;
}

/** Still falling at the end, and by more than a search explains. */
function isFalling(scale: SeriesRecorder): boolean {
  const track = scale.finished('').track;
  const values = Array.from(track.min).filter((value) => Number.isFinite(value));
  if (values.length < 4) return false;
  const late = values.slice(Math.floor(values.length / 2));
  let drops = 0;
  for (let index = 1; index < late.length; index += 1)
    if ((late[index] as number) < (late[index - 1] as number)) drops += 1;
  const lastValue = late[late.length - 1] as number;
  return lastValue <= (late[0] as number) / 4 && drops >= 2 && lastValue <= Math.min(...values);
}

function tellTerms({ losses, add }: { losses: readonly SeriesRecorder[]; add: Add }): void {
  const terms = losses.filter(
    (one) =>
      /loss|_reg$|kl|cls|box/i.test(one.name) &&
      !isTotal(one.name) &&
      !/nll_loss|ppl|perplex|_epoch$|^epoch\/|^avg |^eval\/|^train loss$/i.test(one.name) &&
      one.unit !== 'epoch',
  );
  const rank = terms.find((one) => one.badValue !== null)?.rank ?? terms[0]?.rank ?? null;
  const mine = terms.filter((one) => one.rank === rank);
  if (mine.length < 2) return;
  add(
    'loss-terms',
    'several',
    mine[0]?.firstLine ?? 1,
    `terms ${mine
      .slice(0, 4)
      .map((one) => one.name)
      .join(', ')}`,
    'likely',
  );
  const bad = mine.filter((one) => one.badValue !== null);
  if (bad.length === 0) return;
  const earliest = Math.min(...bad.map((one) => one.badLine));
  const step = Math.min(...bad.map((one) => one.badX));
  const firstBad = bad.filter((one) => one.badLine === earliest || one.badX === step);
  const stillGood = mine.filter((one) => !firstBad.includes(one) && (one.badValue === null || one.badX > step));
  if (stillGood.length === 0) return;
  const sorts = firstBad.map((one) => termSort(one.name)).filter((sort) => sort !== null);
  if (sorts.length === 0) return;
  const counts = new Map<string, number>();
  for (const sort of sorts) counts.set(sort, (counts.get(sort) ?? 0) + 1);
  const [answer, count] = [...counts].sort((a, b) => b[1] - a[1])[0] as [string, number];
  const certain = count === firstBad.length;
  add(
    'bad-term',
    answer,
    earliest,
    `${firstBad
      .map((one) => one.name)
      .slice(0, 3)
      .join(', ')} not finite while ${stillGood
      .map((one) => one.name)
      .slice(0, 3)
      .join(', ')} still finite`,
    certain ? 'likely' : 'weak',
  );
}

/** How it is told that one rank fails: alone, or before the others. */
export function rankText(
  { rank, value, at }: { readonly rank: number | null; readonly value: NonFinite | null; readonly at: string },
  ranks: number,
  others: number | null | undefined,
): string {
  return others === undefined
    ? `only rank ${rank} of ${ranks} shows ${value}`
    : `rank ${rank} shows ${value} at ${at}, the others from ${others} on`;
}

function tellRanks({ losses, add }: { losses: readonly SeriesRecorder[]; add: Add }): void {
  const ranked = losses.filter((one) => one.rank !== null);
  const ranks = new Set(ranked.map((one) => one.rank));
  if (ranks.size < 2) return;
  const bad = ranked.filter((one) => one.badValue !== null).sort((a, b) => a.badX - b.badX || a.badLine - b.badLine);
  const firstBad = bad[0];
  if (firstBad === undefined) return;
  const next = bad.find((one) => one.rank !== firstBad.rank);
  if (next === undefined || (next.badX > firstBad.badX && next.unit === firstBad.unit))
    add(
      'scope',
      'one-rank',
      firstBad.badLine,
      rankText(
        { rank: firstBad.rank, value: firstBad.badValue, at: `${firstBad.unit} ${firstBad.badX}` },
        ranks.size,
        next?.badX,
      ),
      'likely',
    );
}

function isAtStart(one: SeriesRecorder): boolean {
  if (one.unit === 'epoch') return one.firstX <= 1;
  if (one.unit === 'record') return true;
  if (one.firstX <= 1) return true;
  const second = one.ringCount > 1 ? (one.headX[1] as number) : Number.NaN;
  return Number.isNaN(second) ? false : one.firstX <= second - one.firstX + 1;
}

function tellOnset({
  failing,
  collector,
  add,
  format,
}: {
  failing: SeriesRecorder;
  collector: Collector;
  add: Add;
  format: LineFormat | undefined;
}): void {
  const { badX: x, badLine: line, unit, badPoint, badEpoch, badAt, badOf } = failing;
  const firstEpoch = format === undefined ? 0 : collector.context(format).firstEpoch;
  const epochIndex = badEpoch === null ? null : Math.floor(badEpoch - (unit === 'record' ? 0 : firstEpoch));
  const where = `${failing.name} is ${failing.badValue} at ${UNIT[unit]} ${shown(x)}${badEpoch !== null && unit !== 'epoch' ? `, epoch ${shown(badEpoch)}` : ''}`;
  const resumed = [...collector.sightings.values()].some(({ sign, line: at }) => sign.id === 'resumed' && at <= line);
  if ((failing.badSegment > 1 && badPoint <= 3) || (resumed && badPoint <= 5 && failing.segments === 1)) {
    add(
      'onset',
      'on-resume',
      line,
      `${where}, ${badPoint - 1} point${badPoint === 2 ? '' : 's'} after a restart`,
      resumed ? 'likely' : 'weak',
    );
    return;
  }
  if (unit === 'step') {
    const previous = failing.before().x.at(-1);
    const gap = previous === undefined ? x : x - previous;
    if (x <= 1 || (badPoint === 1 && x === 0)) add('onset', 'first-step', line, where, 'likely');
    else if (x <= 3 && badPoint <= 2) add('onset', 'first-step', line, `${where}: within the first updates`, 'likely');
    else if (
      badOf !== null &&
      badAt !== null &&
      epochIndex !== null &&
      epochIndex >= 1 &&
      (badAt <= 1 || badAt >= badOf) &&
      gap * 4 <= badOf &&
      failing.points > 8
    ) {
      add(
        'onset',
        'epoch-boundary',
        line,
        `${where}: ${badAt >= badOf ? 'the last batch of an epoch' : 'the first batch of an epoch'}`,
        'weak',
      );
    } else if (epochIndex === 0 || x <= 500)
      // Where the first value is bad already, it happened at any step up to there.
      add('onset', 'early', line, where, badPoint > 1 ? 'likely' : 'weak');
    else if ((epochIndex !== null && epochIndex >= 2) || x > 2000)
      add('onset', 'late', line, where, badPoint > 3 ? 'likely' : 'weak');
    else add('onset', 'early', line, where, 'weak');
    return;
  }
  if (unit === 'epoch') {
    const index = x - firstEpoch;
    if (index <= 0) add('onset', 'early', line, `${where}: somewhere in the first epoch`, 'weak');
    else if (index <= 2) add('onset', 'early', line, where, 'weak');
    else add('onset', 'late', line, where, 'likely');
    return;
  }
  if (badEpoch !== null) add('onset', badEpoch >= 2 ? 'late' : 'early', line, where, 'weak');
  else if (failing.points > 1 && badPoint > 500) add('onset', 'late', line, where, 'weak');
  else if (failing.points > 1 && badPoint > 1) add('onset', 'early', line, where, 'weak');
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

function tellTrend({ main, add, format }: { main: SeriesRecorder; add: Add; format: LineFormat | undefined }): void {
  const { x, value } = main.before();
  const count = value.length;
  const where = `${main.name} is ${main.badValue} at ${UNIT[main.unit]} ${shown(main.badX)}`;
  if (main.badPoint === 1) {
    // A single record may be torn out of anywhere.
    if (main.points === 1 && (main.unit !== 'step' || !isAtStart(main))) return;
    if (main.unit === 'record' && main.points < 4) return;
    if (isAtStart(main)) {
      const hasMore = main.unit !== 'record' && (main.points > 1 || main.firstX <= 1);
      add(
        'loss-trend',
        'from-start',
        main.badLine,
        `the first value of ${main.name} is ${main.badValue}`,
        hasMore ? 'likely' : 'weak',
      );
    } else if (main.unit !== 'epoch' && main.badEpoch === null)
      add('loss-trend', 'from-start', main.badLine, `the first value in the file is ${main.badValue}`, 'weak');
    else if (main.badEpoch !== null && Math.floor(main.badEpoch - (format?.firstEpoch ?? 1)) <= 0)
      add('loss-trend', 'from-start', main.badLine, `the first value in the file is ${main.badValue}`, 'weak');
    return;
  }
  if (count === 0) return;
  const last = value[count - 1] as number;
  const lastX = x[count - 1] as number;
  const gap = main.badX - lastX;
  const isCoarse = main.unit !== 'step' || gap > 5 || format?.averages !== undefined;
  const evidence = `${where}; before it ${value.slice(-4).map(shown).join(', ')}`;
  if (count === 1) return;
  const earlier = value.slice(0, Math.max(1, count - Math.min(3, Math.floor(count / 2))));
  const usual = median(earlier.slice(-64));
  const tail = value.slice(-4);
  let rises = 0;
  for (let index = 1; index < tail.length; index += 1)
    if ((tail[index] as number) > (tail[index - 1] as number)) rises += 1;
  const scale = Math.max(Math.abs(usual), 1e-12);
  const peak = Math.max(...value);
  const isRisen = last > usual + 2 * scale && last > 0;
  // Spikes that came back.
  let spikes = 0;
  for (let index = 1; index < count - 1; index += 1) {
    const before = median(value.slice(Math.max(0, index - 8), index));
    const here = value[index] as number;
    if (here > Math.max(3 * Math.abs(before), Math.abs(before) + 1) && (value[index + 1] as number) < here / 2)
      spikes += 1;
  }
  if (main.finiteAfterBad > 0 && (spikes >= 1 || main.nonFinite >= 3))
    add('loss-trend', 'oscillating', main.badLine, `${evidence}; finite again later`, 'weak');
  else if (isRisen && (rises >= Math.min(2, tail.length - 1) || last >= 10 * scale)) {
    add(
      'loss-trend',
      'growing',
      main.badLine,
      `${evidence}; it was about ${shown(usual)}`,
      last >= 10 * scale ? 'certain' : 'likely',
    );
  } else if (spikes >= 2)
    add('loss-trend', 'oscillating', main.badLine, `${evidence}; ${spikes} spikes that came back`, 'likely');
  else if (isCollapsing(value)) add('loss-trend', 'collapsing', main.badLine, evidence, 'likely');
  else if (peak > 20 * scale && peak > 0 && value.indexOf(peak) > count - 12)
    add('loss-trend', 'growing', main.badLine, `${evidence}; peak ${shown(peak)}`, 'likely');
  else {
    add(
      'loss-trend',
      'sudden',
      main.badLine,
      isCoarse
        ? `${evidence}; values ${gap > 1 ? `${shown(gap)} ${UNIT[main.unit]}s apart` : 'averaged'}, so growth may be hidden`
        : evidence,
      isCoarse ? 'weak' : 'likely',
    );
  }
}

function isCollapsing(value: readonly number[]): boolean {
  const first = value[0] as number;
  const last = value[value.length - 1] as number;
  const middle = value[Math.floor(value.length / 2)] as number;
  if (last < 0 && middle > last && last < -10 * Math.max(1, Math.abs(first)) && last < 2 * middle) return true;
  return first > 0 && last >= 0 && last < 1e-4 * first && last <= middle;
}

function tellFirstLoss(main: SeriesRecorder, add: Add): void {
  if (!isAtStart(main) || /ppl|perplex/i.test(main.name)) return;
  const value = main.first;
  if (!Number.isFinite(value) || main.badPoint === 1) return;
  if (value >= 100) add('first-loss', 'huge', main.firstLine, `the first loss is ${shown(value)}`, 'likely');
  else if (value >= 0 && value <= 16)
    add('first-loss', 'ordinary', main.firstLine, `the first loss is ${shown(value)}`, 'likely');
}

function tellAfter(main: SeriesRecorder, add: Add): void {
  if (main.finiteAfterBad > 0)
    add(
      'after-nan',
      'recovers',
      main.badLine,
      `${main.finiteAfterBad} finite values after the first ${main.badValue}`,
      main.finiteAfterBad > 1 ? 'certain' : 'likely',
    );
  else if (main.nonFinite >= 2)
    add(
      'after-nan',
      'stays',
      main.badLine,
      `all ${main.nonFinite} later values are non-finite`,
      main.nonFinite >= 4 ? 'certain' : 'likely',
    );
}

function tellRate({
  rates,
  first,
  add,
}: {
  rates: readonly SeriesRecorder[];
  first: NonNullable<Story['first']>;
  add: Add;
}): void {
  const good = rates.filter((rate) => rate.badValue === null).sort((a, b) => b.points - a.points);
  const one = good.find((rate) => !/pg[1-9]/.test(rate.name)) ?? good[0];
  if (one === undefined) return;
  const track = one.finished('').track;
  let at = 0;
  for (let index = 0; index < track.length; index += 1)
    if (first.step === null || (track.x[index] as number) <= first.step) at = index;
  const value = track.mean[at] as number;
  if (!Number.isFinite(value)) return;
  const text = String(Number(value.toPrecision(6)));
  add('lr-value', text, one.firstLine, `${one.name} ${shown(value)} at the failure`, 'certain');
  const means = Array.from(track.mean).filter((mean) => Number.isFinite(mean));
  const until = means.slice(0, at + 1);
  if (means.length < 3) return;
  const high = Math.max(...means);
  const low = Math.min(...means);
  let turns = 0;
  let direction = 0;
  for (let index = 1; index < means.length; index += 1) {
    const step = Math.sign((means[index] as number) - (means[index - 1] as number));
    if (step !== 0 && direction !== 0 && step !== direction) turns += 1;
    if (step !== 0) direction = step;
  }
  const opening = until.length >= 3 ? until : means;
  if (turns >= 3) add('lr-schedule', 'cyclical', one.firstLine, `${one.name} rises and falls ${turns} times`, 'likely');
  else if (
    (opening[0] as number) < (opening[opening.length - 1] as number) * 0.9 ||
    (turns >= 1 && (means[0] as number) < high / 2)
  )
    add('lr-schedule', 'warmup', one.firstLine, `${one.name} rises from ${shown(means[0] as number)}`, 'likely');
  else if (high === low && means.length >= 5)
    add('lr-schedule', 'constant', one.firstLine, `${one.name} is ${shown(high)} throughout`, 'likely');
  else if ((means[means.length - 1] as number) < high * 0.99)
    add('lr-schedule', 'decay', one.firstLine, `${one.name} falls from ${shown(high)}`, 'likely');
}

function tellGradient({
  gradients,
  benign,
  main,
  first,
  failing,
  add,
}: {
  gradients: readonly SeriesRecorder[];
  benign: ReadonlySet<SeriesRecorder>;
  main: SeriesRecorder | null;
  first: NonNullable<Story['first']>;
  failing: SeriesRecorder | null;
  add: Add;
}): void {
  const one = gradients.find((gradient) => gradient.badValue !== null && !benign.has(gradient)) ?? gradients[0];
  if (one === undefined) return;
  const { value } = one.before();
  const count = value.length;
  const usual = median(value.slice(0, Math.max(1, count - 4)).slice(-64));
  const last = value[count - 1];
  const at = one.badValue === null ? one.lastLine : one.badLine;
  const shownTail = value.slice(-4).map(shown).join(', ');
  const lossBadX = main?.badValue != null ? main.badX : Number.POSITIVE_INFINITY;
  if (one.badValue !== null && one.unit === main?.unit && one.badX < lossBadX && failing === one) {
    add(
      'first-bad-tensor',
      'gradient',
      one.badLine,
      `${one.name} is ${one.badValue} at ${UNIT[one.unit]} ${shown(one.badX)}, ${main?.badValue ? `the loss only at ${shown(main.badX)}` : 'the loss stays finite'}`,
      'likely',
    );
  }
  if (
    count >= 3 &&
    last !== undefined &&
    (last > 10 * usual || (count >= 4 && last > 4 * usual && isRising(value.slice(-4))))
  )
    add('grad-norm', 'growing', at, `before the failure: ${shownTail}; it was about ${shown(usual)}`, 'likely');
  else if (one.badValue !== null) {
    const isRecovered = one.finiteAfterBad > 0 && main?.badValue == null;
    if (isRecovered && one.badPoint <= 1)
      add('grad-norm', 'bounded', one.badLine, `${one.name} is finite after its first value`, 'weak');
    else
      add(
        'grad-norm',
        'sudden-nonfinite',
        one.badLine,
        `${one.name} is ${one.badValue}${count > 0 ? ` after ${shownTail}` : ' from its first value'}`,
        count >= 2 ? 'likely' : 'weak',
      );
  } else if (count >= 3 && usual < 1e-6) add('grad-norm', 'tiny', at, `before the failure: ${shownTail}`, 'weak');
  else if (count >= 3 && one.lastX >= (first.step ?? 0) * 0.9)
    add('grad-norm', 'bounded', at, `before the failure: ${shownTail}`, 'likely');
}

function isRising(value: readonly number[]): boolean {
  for (let index = 1; index < value.length; index += 1)
    if ((value[index] as number) <= (value[index - 1] as number)) return false;
  return true;
}

/** What the names of the series alone say, as `knowledge/signs` has it. */
function tellNames({ all, signs, add }: { all: readonly SeriesRecorder[]; signs: Signs; add: Add }): void {
  for (const { names, says, confidence, means } of signs.series) {
    const found = names.map((pattern) => all.find((one) => pattern.test(one.name)));
    const [first] = found;
    if (first === undefined || found.includes(undefined)) continue;
    const named = found.map((one) => one?.name).join(' and ');
    for (const { symptom, answer } of says)
      add(symptom, answer, first.firstLine || 1, `${named}: ${means}`, confidence);
  }
}

function tellScale({ scales, add }: { scales: readonly SeriesRecorder[]; add: Add }): void {
  const one = scales.find((scale) => (scale.max ?? 0) > 0 && scale.points >= 3);
  if (one === undefined) return;
  if (isFalling(one))
    add('loss-scale', 'falling', one.lastLine, `from ${shown(one.max)} to ${shown(one.last)}`, 'likely');
  else if (one.points >= 5 && one.last >= one.max / 4)
    add('loss-scale', 'stable', one.lastLine, `${shown(one.last)} at the end`, 'likely');
}

/** The engine that owns the norm does not tell it: Megatron prints 0 then, the Hugging Face trainer -1. */
function isPlaceholder(one: SeriesRecorder): boolean {
  if (one.nonFinite > 0 || one.min !== one.max) return false;
  return one.min === -1 || (one.min === 0 && one.format === 'megatron');
}

/** Losses that a logger replaced, dropped or left out. */
function findHidden({
  collector,
  losses,
  gradients,
  signs,
  hidden,
  add,
}: {
  collector: Collector;
  losses: readonly SeriesRecorder[];
  gradients: readonly SeriesRecorder[];
  signs: Signs;
  hidden: HiddenValue[];
  add: Add;
}): void {
  const { path } = collector;
  const isTrainer = collector.formats.has('hf-console') || collector.formats.has('hf-state');
  const gradient = gradients.find((one) => one.nonFinite > 0 && one.nanCount > 0);
  const still = gradients.find((one) => one.zeroRun >= 3 && one.nonFinite === 0);
  const flat = losses.find(
    (one) => one.zeroRun >= 3 && one.nonFinite === 0 && /^(?:train[_/ ]?)?loss$/i.test(one.name),
  );
  if (still && flat) {
    // Cross entropy over no label at all: the loss and its gradient are exactly zero.
    add(
      'batch-content',
      'may-be-empty',
      flat.zeroLine,
      `${flat.name} and ${still.name} are exactly 0 in ${flat.zeroRun} records: every label is masked`,
      'likely',
    );
  }
  for (const one of losses) {
    const hasLaterNaN = gradient !== undefined && (gradient.lastX >= one.zeroX || gradient.unit !== one.unit);
    if (
      one.zeroRun > 0 &&
      one.badValue === null &&
      /^(?:loss|train[_/ ]?loss)$/i.test(one.name) &&
      hasLaterNaN &&
      gradient
    ) {
      const step = gradient.unit === one.unit ? Math.max(one.zeroX, gradient.badX) : one.zeroX;
      const line = Math.max(one.zeroLine, gradient.badLine);
      const from =
        one.nonZero === 0 && gradient.badPoint === 1
          ? 'from the first record'
          : `from ${UNIT[one.unit]} ${shown(step)}`;
      hidden.push({
        logger: isTrainer ? 'Hugging Face Trainer' : 'the logger',
        what: `loss is printed as 0.0 while ${gradient.name} is nan, ${from}: the loss is NaN, and logging_nan_inf_filter replaced it`,
        source: `${path}:${line}`,
        unhide: 'TrainingArguments(logging_nan_inf_filter=False)',
        series: one.name,
        step,
        value: 'nan',
        confidence: 'certain',
      });
      add('loss-trend', 'reported-zero', line, `loss 0.0 with ${gradient.name} nan, ${from}`, 'certain');
      continue;
    }
    if (
      one.zeroRun >= 3 &&
      one.badValue === null &&
      (one.nonZero >= 3 ? one.smallestBeforeZero > 1e-4 : one.nonZero > 0 && one.smallestBeforeZero > 0.1) &&
      !/_reg|penalty|kl|aux/i.test(one.name) &&
      isTotal(one.name)
    ) {
      hidden.push({
        logger: 'the tracker or logger that wrote this file',
        what: `${one.name} is exactly 0 in all ${one.zeroRun} records from ${UNIT[one.unit]} ${shown(one.zeroX)}, after never being below ${shown(one.smallestBeforeZero)}: probably a NaN written as 0`,
        source: `${path}:${one.zeroLine}`,
        unhide: 'log the raw value, or print(loss.item()) beside the tracker',
        series: one.name,
        step: one.zeroX,
        value: 'nan',
        confidence: 'likely',
      });
    }
    const isGone = one.missing >= Math.max(5, 3 * one.longestGap + 1);
    const others = [...collector.series.values()].some(
      (other) =>
        other !== one && other.points > 0 && other.kind !== 'validation-loss' && other.lastLine > one.missingLine,
    );
    if (isGone && one.badValue === null && others && (one.points > 0 || gradient !== undefined)) {
      const isMegatron = one.format === 'megatron';
      hidden.push({
        logger: isMegatron ? 'Megatron-LM' : 'the logger that wrote this file',
        what: isMegatron
          ? `the lines lack "${one.name}" from iteration ${shown(one.missingX)} on${gradient ? ` while grad norm is nan` : ''}: Megatron prints the loss only when it is a positive number`
          : `${one.name} is empty in all ${one.missing} records from ${UNIT[one.unit]} ${shown(one.missingX)} while other columns go on: probably a NaN written as nothing`,
        source: `${path}:${one.missingLine}`,
        unhide: isMegatron
          ? '--check-for-nan-in-loss-and-grad (on by default in recent versions), or print the loss in the training step'
          : 'write nan explicitly (pandas: na_rep="nan")',
        series: one.name,
        step: one.missingX,
        value: 'nan',
        confidence: isMegatron && gradient ? 'certain' : 'likely',
      });
    }
    if (one.badValue === null || one.longestRun >= 5) {
      const run = Math.max(one.longestRun, one.sameRun);
      const value = one.sameRun >= one.longestRun ? one.last : one.longestValue;
      if (run >= 3) {
        for (const plateau of signs.plateaus) {
          if (Math.abs(value - plateau.value) > plateau.tolerance * Math.abs(plateau.value)) continue;
          for (const { symptom, answer } of plateau.says)
            add(symptom, answer, one.lastLine, `${one.name} stands at ${shown(value)}: ${plateau.means}`, 'likely');
          if (one.badValue === null) {
            hidden.push({
              logger: plateau.framework ?? 'the loss function',
              what: `${one.name} stands at exactly ${shown(value)} for ${run} records: ${plateau.means}`,
              source: `${path}:${one.lastLine}`,
              unhide: 'check the logits for inf or NaN on one batch',
              series: one.name,
              step: one.sameRun >= one.longestRun ? one.sameX : one.longestX,
              value: 'inf',
              confidence: 'likely',
            });
          }
          break;
        }
      }
    }
  }
  // A loss that never came, with a gradient norm that is NaN: the same hiding from the first line on.
  const lost = [...collector.series.values()].find(
    (one) => one.kind === 'loss' && one.points === 0 && one.missing >= 3,
  );
  if (lost !== undefined && gradient !== undefined) {
    hidden.push({
      logger: 'Megatron-LM',
      what: `no line holds "${lost.name}" while grad norm is nan: Megatron prints the loss only when it is a positive number`,
      source: `${path}:${lost.missingLine}`,
      unhide: 'print the loss in the training step',
      series: lost.name,
      step: lost.missingX,
      value: 'nan',
      confidence: 'certain',
    });
  }
}
