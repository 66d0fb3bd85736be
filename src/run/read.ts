import type { Finding } from '../evidence.ts';
import { printable } from '../untrusted.ts';
import { checkCaffe, isCaffe } from './caffe-check.ts';
import { Collector, MOST_SERIES, type Setting } from './collect.ts';
import { darknetIssues } from './darknet-check.ts';
import { rankText, type Story, tellStory } from './detect.ts';
import { DocumentReader } from './document.ts';
import { parseNumber } from './number.ts';
import { parsePrototxt } from './prototxt.ts';
import type { ConfigIssue, FirstNonFinite, HiddenValue, ReadFile, RunReading } from './reading.ts';
import { type FileKind, recognise } from './recognise.ts';
import { type LineFormat, record } from './record.ts';
import type { Series } from './series.ts';
import { readSettings, settingsInText } from './settings.ts';
import { operationAnswer, type Signs } from './signs.ts';
import type { ByteSource, ReadOptions } from './source.ts';
import { ByteStream, fromUtf16, Interrupted, readLines } from './stream.ts';
import { TextReader } from './text.ts';
import { EventReader } from './tfevents.ts';

const CHUNK = 1 << 20;
const SAMPLE = 1 << 16;
/** Series followed over all files of a run. */
const MOST_IN_RUN = 4096;
/** Configurations are small; a larger one is no configuration. */
const LARGEST_CONFIG = 4 << 20;

/** What one file gave. */
interface FileReading {
  readonly file: ReadFile;
  readonly collector: Collector;
  readonly story: Story;
  readonly findings: readonly Finding[];
  readonly issues: readonly ConfigIssue[];
  readonly notes: readonly string[];
}

/**
 * Reads the files of one run and says what they prove. Never throws for what a file holds; a source that fails is named
 * in the notes. Rejects with `Interrupted` when the signal says so.
 */
export async function readRun(
  sources: readonly ByteSource[],
  signs: Signs,
  options: ReadOptions = {},
): Promise<RunReading> {
  const readings: FileReading[] = [];
  const notes: string[] = [];
  for (const [index, source] of sources.entries()) {
    try {
      const followed = readings.reduce((sum, { collector }) => sum + collector.series.size, 0);
      readings.push(
        await readFile(source, signs, options, index, sources.length, Math.min(MOST_SERIES, MOST_IN_RUN - followed)),
      );
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      notes.push(
        `${printable(source.path)}: could not be read (${printable(error instanceof Error ? error.message : String(error))})`,
      );
    } finally {
      await source.close?.();
    }
  }
  return joined(readings, notes);
}

async function readFile(
  given: ByteSource,
  signs: Signs,
  options: ReadOptions,
  index: number,
  count: number,
  mostSeries: number,
): Promise<FileReading> {
  const path = printable(given.path, 200);
  const notes: string[] = [];
  const onBytes = (bytes: number) => options.onProgress?.({ path, file: index, files: count, bytes, size: given.size });
  let source = given;
  let stream = new ByteStream(source, options, onBytes);
  let sample = await stream.sample(SAMPLE);
  if (sample[0] === 0x1f && sample[1] === 0x8b && source.inflated !== undefined) {
    source = source.inflated();
    stream = new ByteStream(source, options, onBytes);
    sample = await stream.sample(SAMPLE);
    notes.push('decompressed');
  }
  const wide = utf16(sample);
  if (wide !== null) {
    // A seekable source starts over; a stream goes on behind what was looked at.
    const whole = wide;
    const front = sample;
    let at = 0;
    const base = stream;
    source = fromUtf16(
      {
        path: source.path,
        size: null,
        async read(into, offset, length) {
          if (at < front.length) {
            const piece = front.subarray(at, at + length);
            into.set(piece, offset);
            at += piece.length;
            if (at >= front.length) base.dropSample();
            return piece.length;
          }
          return base.read(into, offset, length);
        },
      },
      whole === 'big',
    );
    stream = new ByteStream(source, options, onBytes);
    sample = await stream.sample(SAMPLE);
    notes.push('UTF-16');
  }
  const kind = recognise(sample, source.path);
  const collector = new Collector(path, rankInName(source.path), mostSeries);
  const made = await readKind(kind, sample, stream, collector, signs, options, notes);
  const problem = source.problem?.() ?? null;
  if (problem !== null) notes.push(printable(problem));
  if (source !== given && source.problem !== undefined) await source.close?.();
  if (stream.isCut) notes.push(`read only the first ${Math.round(stream.bytes / 2 ** 20)} MiB`);
  if (collector.droppedSeries) notes.push('more series than are followed: the rest was passed over');
  const story = tellStory(collector, signs);
  const stated = answersIn(path, collector.settings, options.symptoms);
  const settings = stated.length > 0 ? { findings: stated, issues: [] } : readSettings(path, collector.settings, signs);
  const seen = signFindings(collector, signs);
  return {
    file: { path, format: made.format, bytes: stream.bytes, lines: made.lines, notes },
    collector,
    story,
    findings: [...story.findings, ...seen.findings, ...made.findings, ...settings.findings],
    issues: [...made.issues, ...settings.issues],
    notes: [...story.notes, ...seen.notes, ...made.notes],
  };
}

/** A mapping of symptoms to answers, and nothing else. */
function answersIn(path: string, settings: readonly Setting[], symptoms: ReadonlySet<string> | undefined): Finding[] {
  if (symptoms === undefined || settings.length === 0 || !settings.every(({ name }) => symptoms.has(name))) return [];
  return settings.map(({ name, value, line }) => ({
    symptom: name,
    answer: value,
    source: `${path}:${line}`,
    detail: 'a file of answers',
    confidence: 'certain',
  }));
}

interface KindReading {
  readonly format: string;
  readonly lines: number;
  readonly findings: readonly Finding[];
  readonly issues: readonly ConfigIssue[];
  readonly notes: readonly string[];
}

async function readKind(
  kind: FileKind,
  sample: Uint8Array,
  stream: ByteStream,
  collector: Collector,
  signs: Signs,
  options: ReadOptions,
  notes: string[],
): Promise<KindReading> {
  const nothing = { findings: [], issues: [], notes: [] };
  const chunk = options.chunkBytes ?? CHUNK;
  const exactOnly = options.exactOnly ?? false;
  switch (kind.kind) {
    case 'empty':
      notes.push('empty');
      return { format: 'empty', lines: 0, ...nothing };
    case 'unsupported':
      notes.push(kind.why);
      return { format: kind.what, lines: 0, ...nothing };
    case 'events': {
      const reader = new EventReader(({ tag, step, value }, at) =>
        collector.accept(record({ step, names: [tag], values: [value] }), EVENTS, at),
      );
      const bytes = new Uint8Array(chunk);
      for (let got = await stream.read(bytes, 0, chunk); got > 0; got = await stream.read(bytes, 0, chunk))
        reader.push(bytes.subarray(0, got));
      if (reader.damaged > 0) notes.push(`${reader.damaged} records with a wrong checksum were passed over`);
      if (reader.skipped > 0) notes.push(`${reader.skipped} records too large for scalars were passed over`);
      if (reader.isLost)
        notes.push(`the record framing is broken after record ${reader.records}: nothing behind it was read`);
      else if (reader.left > 0)
        notes.push(`the last ${reader.left} bytes are no whole record: the run may still be writing`);
      return { format: 'TensorBoard event file', lines: reader.records, ...nothing };
    }
    case 'document': {
      let text: TextReader | null = null;
      const reader = new DocumentReader(collector, () => {
        text ??= new TextReader(collector, signs, exactOnly);
        return text;
      });
      const bytes = new Uint8Array(chunk);
      for (let got = await stream.read(bytes, 0, chunk); got > 0; got = await stream.read(bytes, 0, chunk))
        reader.push(bytes.subarray(0, got));
      reader.finish();
      (text as TextReader | null)?.finish();
      if (reader.isTooDeep) notes.push('nested deeper than 64 levels: the rest of those branches was not looked at');
      return { format: reader.kind, lines: reader.lines, findings: reader.findings, issues: [], notes: [] };
    }
    case 'prototxt': {
      const text = await wholeText(stream, sample);
      if (text !== null) {
        const fields = parsePrototxt(text);
        if (isCaffe(fields)) {
          const check = checkCaffe(collector.path, fields);
          return {
            format: check.isSolver ? 'Caffe solver' : 'Caffe net',
            lines: countLines(text),
            findings: check.findings,
            issues: check.issues,
            notes: check.notes,
          };
        }
        return { format: 'protobuf text', lines: countLines(text), ...nothing };
      }
      break;
    }
    case 'settings': {
      const text = await wholeText(stream, sample);
      if (text !== null) {
        const found: Setting[] = settingsInText(text);
        for (const { name, value, line } of found) collector.setting(name, value, line);
        return {
          format: kind.what,
          lines: countLines(text),
          findings: [],
          issues: kind.what === 'Darknet configuration' ? darknetIssues(collector.path, text) : [],
          notes: [],
        };
      }
      break;
    }
    case 'numbers':
    case 'mlflow':
    case 'table':
    case 'text':
      break;
  }
  const own =
    kind.kind === 'table'
      ? kind.table.format
      : kind.kind === 'mlflow'
        ? mlflowFormat(kind.name)
        : kind.kind === 'numbers'
          ? NUMBERS
          : null;
  const reader = new TextReader(collector, signs, exactOnly, own);
  if (kind.kind === 'table' && kind.table.cut) notes.push('more than 512 columns: the rest was not looked at');
  await readLines(stream, reader, chunk);
  reader.finish();
  if (reader.unreadable > 0) notes.push(`${reader.unreadable} lines of data rather than text were passed over`);
  if (reader.tooLong > 0) notes.push(`${reader.tooLong} lines longer than 64 KiB were read in part`);
  const tools = [...collector.formats]
    .sort((a, b) => b[1] - a[1])
    .map(([id]) => collector.formatOf.get(id)?.tool ?? id);
  const name =
    kind.kind === 'table'
      ? kind.table.format.tool
      : kind.kind === 'mlflow'
        ? 'MLflow metric'
        : kind.kind === 'numbers'
          ? 'numbers'
          : tools.length > 0
            ? `${tools.slice(0, 2).join(' and ')} log`
            : 'text';
  return { format: name, lines: reader.line - 1, ...nothing };
}

const EVENTS: LineFormat = {
  id: 'tfevents',
  tool: 'TensorBoard',
  firstEpoch: 0,
  find: [],
  read: () => null,
  samples: [],
};

/** A file of bare numbers, one a line: whatever it is, it is the course of something. */
const NUMBERS: LineFormat = {
  id: 'numbers',
  tool: 'numbers',
  firstEpoch: 0,
  find: [],
  read(line) {
    const value = parseNumber(line.trim());
    return value === undefined ? null : record({ names: ['loss'], values: [value] });
  },
  samples: [],
};

function mlflowFormat(name: string): LineFormat {
  return {
    id: 'mlflow',
    tool: 'MLflow',
    firstEpoch: 0,
    find: [],
    read(line) {
      const match = /^\d{10,16} (\S{1,40})(?: (\d{1,15}))?\s*$/.exec(line);
      const value = match === null ? undefined : parseNumber(match[1] ?? '');
      return value === undefined ? null : record({ step: Number(match?.[2] ?? 0), names: [name], values: [value] });
    },
    samples: [],
  };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count + (text.endsWith('\n') || text === '' ? 0 : 1);
}

/** The whole of a small file; `null` when it is too large for what it seems to be (then the stream is back at its start). */
async function wholeText(stream: ByteStream, sample: Uint8Array): Promise<string | null> {
  if (sample.length < SAMPLE) return new TextDecoder().decode(sample);
  const all = await stream.sample(LARGEST_CONFIG);
  return all.length >= LARGEST_CONFIG ? null : new TextDecoder().decode(all);
}

function utf16(sample: Uint8Array): 'little' | 'big' | null {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'little';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'big';
  let even = 0;
  let odd = 0;
  const length = Math.min(sample.length, 2000);
  for (let at = 0; at + 1 < length; at += 2) {
    if (sample[at] === 0) even += 1;
    if (sample[at + 1] === 0) odd += 1;
  }
  const half = length / 2;
  if (half < 16) return null;
  if (odd > half * 0.7 && even < half * 0.1) return 'little';
  return even > half * 0.7 && odd < half * 0.1 ? 'big' : null;
}

function rankInName(path: string): number | null {
  const match = /rank[_-]?(\d{1,5})(?!\d)/i.exec(path);
  return match ? Number(match[1]) : null;
}

/** What phrases prove. */
function signFindings(collector: Collector, signs: Signs): { findings: Finding[]; notes: string[] } {
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const { sign, line, text, groups, count } of collector.sightings.values()) {
    const times = count > 1 ? ` (${count} times)` : '';
    const detail = printable(`${quote(text, sign.find)}${times}: ${sign.means}`, 240);
    const source = `${collector.path}:${line}`;
    const add = (symptom: string, answer: string, confidence: Finding['confidence'] = sign.confidence) =>
      findings.push({ symptom, answer, source, detail, ...(confidence ? { confidence } : {}) });
    if (sign.harmless) notes.push(`${source}: ${printable(quote(text, sign.find), 120)}${times}: ${sign.means}`);
    for (const { symptom, answer } of sign.says) add(symptom, answer);
    if (groups.op !== undefined) {
      const answer = operationAnswer(signs, groups.op);
      if (answer !== null) add('bad-op', answer);
    }
    if (groups.count !== undefined) add('devices', Number(groups.count) > 1 ? 'several' : 'one');
    if (groups.lr !== undefined && parseNumber(groups.lr) !== undefined) add('lr-value', groups.lr);
  }
  return { findings, notes };
}

/** The part of a line around the phrase. */
function quote(text: string, find: readonly string[]): string {
  const literal = find.find((one) => text.includes(one)) ?? '';
  const at = text.indexOf(literal);
  return text.slice(Math.max(0, at - 50), at + literal.length + 60).trim();
}

/** Joins the files of one run. */
function joined(readings: readonly FileReading[], notes: readonly string[]): RunReading {
  const all: string[] = [...notes];
  const series: Series[] = [];
  const hidden: HiddenValue[] = [];
  const issues: ConfigIssue[] = [];
  for (const { file, collector, story, issues: found, notes: more } of readings) {
    for (const recorder of collector.series.values())
      if (recorder.points > 0 && recorder.kind !== 'ignored') series.push(recorder.finished(file.path));
    hidden.push(...story.hidden);
    issues.push(...found);
    for (const note of file.notes) all.push(`${file.path}: ${note}`);
    all.push(...more);
  }
  const first = firstOf(readings);
  const findings = [
    ...readings.flatMap((reading) => reading.findings),
    ...issues.flatMap((issue) => issue.findings),
    ...rankFindings(readings, all),
  ];
  const hasLoss = series.some((one) => (one.kind === 'loss' || one.kind === 'validation-loss') && one.points >= 3);
  const isTraining =
    first !== null &&
    (hidden.length > 0 ||
      readings.some(({ collector }) =>
        [...collector.series.values()].some(
          (one) => one.badValue !== null && ['loss', 'validation-loss', 'rate', 'unknown'].includes(one.kind),
        ),
      ));
  const shows = readings.some(({ collector }) =>
    [...collector.sightings.values()].some(({ sign }) => sign.shows !== null),
  );
  const doubtful = issues.length > 0 || readings.some(({ story }) => story.isSuspicious);
  return {
    files: readings.map(({ file }) => file),
    series,
    firstNonFinite: first,
    hidden,
    findings: settled(findings),
    issues,
    healthy:
      isTraining || shows
        ? 'nonfinite'
        : first !== null || (hasLoss && doubtful)
          ? 'suspicious'
          : hasLoss
            ? 'healthy'
            : 'unknown',
    notes: [...new Set(all)],
  };
}

function firstOf(readings: readonly FileReading[]): FirstNonFinite | null {
  const known = readings.flatMap(({ story }) => (story.first === null ? [] : [story.first]));
  // A position in steps is finer than one in epochs or records.
  const fineness = (unit: string) => (unit === 'step' ? 0 : unit === 'epoch' ? 1 : 2);
  known.sort((a, b) => fineness(a.unit) - fineness(b.unit) || (a.step ?? 0) - (b.step ?? 0));
  const best = known[0];
  if (best !== undefined) return { step: best.step, series: best.series, value: best.value, source: best.source };
  for (const { collector } of readings) {
    const shown = [...collector.sightings.values()]
      .filter(({ sign }) => sign.shows !== null)
      .sort((a, b) => a.line - b.line)[0];
    if (shown === undefined) continue;
    const { sign, groups, line } = shown;
    const word = (groups.value ?? '').toLowerCase();
    const step = groups.step === undefined ? Number.NaN : Number(groups.step);
    return {
      step: Number.isFinite(step) ? step : null,
      series: printable(groups.name ?? 'loss', 60),
      value: /^-inf/.test(word)
        ? '-inf'
        : /^\+?inf/.test(word)
          ? 'inf'
          : word.includes('nan')
            ? 'nan'
            : (sign.shows ?? 'nan'),
      source: `${collector.path}:${line}`,
    };
  }
  return null;
}

/** Logs of several ranks: which one failed first, and whether it was alone. */
function rankFindings(readings: readonly FileReading[], notes: string[]): Finding[] {
  const ranked = readings.filter(({ collector, story }) => collector.rankOfFile !== null && story.hasLoss);
  if (ranked.length < 2) return [];
  const findings: Finding[] = [
    {
      symptom: 'devices',
      answer: 'several',
      source: `${ranked[0]?.file.path}:1`,
      detail: `${ranked.length} logs, one a rank`,
      confidence: 'certain',
    },
  ];
  const bad = ranked
    .filter(({ story }) => story.first !== null)
    .sort((a, b) => (a.story.first?.step ?? 0) - (b.story.first?.step ?? 0));
  const first = bad[0]?.story.first;
  if (first === undefined || first === null) return findings;
  notes.push(
    `rank ${bad[0]?.collector.rankOfFile} is the first with a non-finite value (${first.series} at ${first.step})`,
  );
  const next = bad[1]?.story.first ?? undefined;
  if (next === undefined || (next.unit === first.unit && (next.step ?? 0) > (first.step ?? 0)))
    findings.push({
      symptom: 'scope',
      answer: 'one-rank',
      source: first.source,
      detail: rankText(
        { rank: bad[0]?.collector.rankOfFile ?? null, value: first.value, at: `${first.unit} ${first.step}` },
        ranked.length,
        next?.step,
      ),
      confidence: 'likely',
    });
  return findings;
}

const SURENESS = ['certain', 'likely', 'weak'];

/** One finding for each answer, the surest; a weak one that a surer one contradicts is dropped. */
function settled(findings: readonly Finding[]): Finding[] {
  const sureness = (finding: Finding) => SURENESS.indexOf(finding.confidence ?? 'likely');
  const best = new Map<string, Finding>();
  const surest = new Map<string, number>();
  for (const finding of findings) {
    const key = `${finding.symptom} ${finding.answer}`;
    const other = best.get(key);
    if (other === undefined || sureness(finding) < sureness(other)) best.set(key, finding);
    surest.set(finding.symptom, Math.min(surest.get(finding.symptom) ?? 9, sureness(finding)));
  }
  return [...best.values()].filter((finding) => sureness(finding) < 2 || (surest.get(finding.symptom) ?? 9) === 2);
}
