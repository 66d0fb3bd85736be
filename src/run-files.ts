/** The run's own files at the edge: folders, pipes, compressed logs. The readers behind know nothing of the file system. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, constants as zlibConstants } from 'node:zlib';
import { type Finding, UsageError } from './evidence.ts';
import { reason } from './files.ts';
import { type Prose, untrusted } from './report/document.ts';
import { plotLines } from './report/plot.ts';
import { previewRun } from './run/preview.ts';
import { readRun } from './run/read.ts';
import type { RunReading } from './run/reading.ts';
import { compileSigns, type Signs } from './run/signs.ts';
import type { ByteSource, ReadOptions } from './run/source.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './untrusted.ts';

const MOST_FILES = 500;
/** From here on reading takes long enough to say something meanwhile. */
const LARGE = 256 << 20;
const DEEPEST_FOLDER = 6;
/** Decompressed text that is this much larger than its archive is a bomb, not a log. */
const LARGEST_RATIO = 250;
const RATIO_FROM = 64 << 20;
const PIPE_PATIENCE = 2000;
/** Weights, archives, pictures: never a log, and often huge. */
const NO_LOG =
  /\.(?:pt|pth|bin|safetensors|ckpt|h5|hdf5|onnx|npy|npz|pkl|pickle|png|jpe?g|gif|webp|mp4|wav|zip|tar|tgz|whl|so|o|pyc|index|data-\d+-of-\d+|caffemodel|solverstate|weights|params|lock)$/i;
const NO_FOLDER = /^(?:node_modules|__pycache__|venv|env|site-packages|\..*)$/;

/** The built-in signs: compiled beside the program, or straight from the knowledge base in a checkout. */
export async function builtInSigns(): Promise<Signs> {
  for (const path of [join(import.meta.dirname, 'signs.json'), join(import.meta.dirname, '..', 'dist', 'signs.json')]) {
    if (existsSync(path)) return compileSigns(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>).signs;
  }
  const folder = join(import.meta.dirname, '..', 'knowledge', 'signs');
  const { parseUnit } = await import('./lint.ts');
  const files: Record<string, unknown> = {};
  for (const name of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(name)) continue;
    files[name] = parseUnit(join(folder, name), `signs/${name}`, readFileSync(join(folder, name), 'utf8')).unit?.value;
  }
  return compileSigns(files).signs;
}

/**
 * The files behind the paths a person gave, folders opened. `notes` says what was left out.
 * @throws {UsageError} for a path that cannot be read at all
 */
export function runSources(paths: readonly string[]): { sources: ByteSource[]; notes: string[] } {
  const sources: ByteSource[] = [];
  const notes: string[] = [];
  const seen = new Set<string>();
  const problems: string[] = [];
  let left = MOST_FILES;
  const visit = (path: string, depth: number, isNamed: boolean): void => {
    let real: string;
    let stat: ReturnType<typeof statSync>;
    try {
      stat = statSync(path);
      real = stat.isFile() || stat.isDirectory() ? realpathSync(path) : path;
    } catch (error) {
      const why = reason(error);
      if (isNamed) problems.push(`${printable(path)}: ${why}`);
      else notes.push(`${printable(path)}: ${why}`);
      return;
    }
    if (seen.has(real)) {
      if (!isNamed) notes.push(`${printable(path)}: seen before`);
      return;
    }
    seen.add(real);
    if (stat.isDirectory()) {
      if (depth >= DEEPEST_FOLDER) {
        notes.push(`${printable(path)}: folders deeper than ${DEEPEST_FOLDER} levels are not opened`);
        return;
      }
      let names: string[];
      try {
        names = readdirSync(path).sort();
      } catch (error) {
        const text = `${printable(path)}: ${reason(error)}`;
        if (isNamed) problems.push(text);
        else notes.push(text);
        return;
      }
      for (const name of names) {
        if (NO_LOG.test(name) || NO_FOLDER.test(name)) continue;
        visit(join(path, name), depth + 1, false);
      }
      return;
    }
    if (!isNamed && !stat.isFile()) {
      notes.push(`${printable(path)}: not a regular file`);
      return;
    }
    if (left === 0) {
      if (!notes.includes(TOO_MANY)) notes.push(TOO_MANY);
      return;
    }
    left -= 1;
    sources.push(stat.isFile() ? fileSource(path, stat.size) : pipeSource(path, null));
  };
  for (const path of paths) {
    if (path === '-') sources.push(pipeSource('-', 0));
    else visit(path, 0, true);
  }
  if (problems.length > 0) throw new UsageError(problems.map((problem) => `${problem}.`).join('\n        '));
  return { sources, notes };
}

const TOO_MANY = `more than ${MOST_FILES} files: the rest was not read`;

/** A file on disk, opened when it is first read. */
function fileSource(path: string, size: number): ByteSource {
  let descriptor = -1;
  let next = 0;
  return withInflate({
    path,
    size,
    read(into, offset, length, position) {
      if (descriptor < 0) descriptor = openSync(path, 'r');
      const from = position ?? next;
      const got = readSync(descriptor, into, offset, length, from);
      if (position === null) next = from + got;
      return got;
    },
    close() {
      if (descriptor >= 0) closeSync(descriptor);
      descriptor = -1;
    },
  });
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A pipe or device: standard input, a named pipe, a process substitution. Never blocks the process. */
function pipeSource(path: string, given: number | null): ByteSource {
  let descriptor = given;
  let total = 0;
  return withInflate({
    path: path === '-' ? 'stdin' : path,
    size: null,
    async read(into, offset, length) {
      if (descriptor === null) descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const until = Date.now() + PIPE_PATIENCE;
      for (;;) {
        try {
          const got = readSync(descriptor, into, offset, length, null);
          // Nobody has opened the other end yet.
          if (got === 0 && total === 0 && given === null && fstatSync(descriptor).isFIFO() && Date.now() < until) {
            await pause(20);
            continue;
          }
          total += got;
          return got;
        } catch (error) {
          const code = error instanceof Error && 'code' in error ? error.code : '';
          if (code === 'EOF') return 0;
          if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK') throw error;
          await pause(10);
        }
      }
    },
    close() {
      if (descriptor !== null && given === null) closeSync(descriptor);
    },
  });
}

/** Adds decompression: what was already read for a look is read again from memory. */
function withInflate(source: ByteSource): ByteSource {
  const front: Uint8Array[] = [];
  let isCompressed: boolean | null = null;
  let isTaken = false;
  const read: ByteSource['read'] = (into, offset, length, position) => {
    const keep = (got: number): number => {
      if (isTaken || position !== null || isCompressed === false || got === 0) return got;
      isCompressed ??= into[offset] === 0x1f && into[offset + 1] === 0x8b;
      if (isCompressed) front.push(into.slice(offset, offset + got));
      return got;
    };
    const got = source.read(into, offset, length, position);
    return typeof got === 'number' ? keep(got) : got.then(keep);
  };
  return {
    ...source,
    read,
    inflated() {
      isTaken = true;
      return gunzipped(source, front);
    },
  };
}

function gunzipped(source: ByteSource, front: readonly Uint8Array[]): ByteSource {
  let taken = 0;
  async function* compressed(): AsyncGenerator<Uint8Array> {
    for (const piece of front) {
      taken += piece.length;
      yield piece;
    }
    for (;;) {
      const piece = new Uint8Array(1 << 16);
      const got = await source.read(piece, 0, piece.length, null);
      if (got === 0) return;
      taken += got;
      yield piece.subarray(0, got);
    }
  }
  // A log that is still being written, or was cut, ends without its trailer.
  const gunzip = createGunzip({ finishFlush: zlibConstants.Z_SYNC_FLUSH, chunkSize: 1 << 18 });
  const input = Readable.from(compressed(), { objectMode: false });
  input.on('error', (error) => gunzip.destroy(error));
  const pieces = input.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let ready: Uint8Array = new Uint8Array(0);
  let given = 0;
  let problem: string | null = null;
  let isEnded = false;
  return {
    path: source.path,
    size: null,
    async read(into, offset, length) {
      while (ready.length === 0 && !isEnded) {
        try {
          const next = await pieces.next();
          if (next.done) isEnded = true;
          else ready = next.value;
        } catch (error) {
          problem = `the compressed data is damaged after ${given} bytes (${error instanceof Error ? error.message : String(error)})`;
          isEnded = true;
        }
        if (given > RATIO_FROM && given > taken * LARGEST_RATIO) {
          problem = `decompresses to more than ${LARGEST_RATIO} times its size: stopped after ${Math.round(given / 2 ** 20)} MiB`;
          isEnded = true;
          ready = new Uint8Array(0);
          gunzip.destroy();
        }
      }
      const piece = ready.subarray(0, length);
      into.set(piece, offset);
      ready = ready.subarray(piece.length);
      given += piece.length;
      return piece.length;
    },
    problem: () => problem,
    close: () => {
      gunzip.destroy();
    },
  };
}

/** How `readPaths` reads; `onPreview` gets a first, approximate word about a large file before it is read in full. */
export interface PathOptions extends ReadOptions {
  readonly signs?: Signs;
  readonly onPreview?: (text: string) => void;
}

/** Reads the files behind some paths with the built-in signs (or others). */
export async function readPaths(paths: readonly string[], options: PathOptions = {}): Promise<RunReading> {
  const { sources, notes } = runSources(paths);
  const signs = options.signs ?? (await builtInSigns());
  if (options.onPreview) {
    for (const source of sources) {
      if (source.size === null || source.size < LARGE) continue;
      const preview = await previewRun(source, signs).catch(() => null);
      const first = preview?.firstNonFinite;
      if (preview)
        options.onPreview(
          first
            ? `${printable(source.path, 60)}: at a first look ${printable(first.series, 40)} is ${first.value} from ${first.step} on; reading it all`
            : `${printable(source.path, 60)}: at a first look nothing is non-finite; reading it all`,
        );
    }
  }
  const reading = await readRun(sources, signs, options);
  return { ...reading, notes: [...notes, ...reading.notes] };
}

/** What the knowledge base knows about findings: a saved report may be older or newer than it. */
export interface KnownFindings {
  readonly symptoms: ReadonlySet<string>;
  readonly isLegal: (finding: Finding) => boolean;
}

/** A run's files as the command line wants them: findings, a summary, remarks, a drawing. */
export async function readRunFiles(paths: readonly string[], terminal: Terminal, known?: KnownFindings) {
  let isShown = false;
  const read = await readPaths(paths, {
    ...(known ? { symptoms: known.symptoms } : {}),
    onPreview: (text) => terminal.note(`whynan: ${text}\n`),
    onProgress: ({ path, bytes, size }) => {
      if (size === null || size < LARGE) return;
      isShown = true;
      terminal.note(`\rwhynan: reading ${printable(path, 40)} ${Math.min(100, Math.floor((bytes / size) * 100))} %`);
    },
  });
  if (isShown) terminal.note('\n');
  const unknown = known ? read.findings.filter((finding) => !known.isLegal(finding)) : [];
  const reading: RunReading = {
    ...read,
    findings: read.findings.filter((finding) => !unknown.includes(finding)),
    notes: [
      ...read.notes,
      ...unknown.map(
        ({ symptom, answer, source }) =>
          `${source}: ${printable(symptom, 60)}: ${printable(answer, 60)} is not known here`,
      ),
    ],
  };
  const first = reading.firstNonFinite;
  return {
    reading,
    findings: reading.findings,
    run: {
      firstNonFinite: first,
      series: reading.series.map(({ name, points, last }) => ({
        name: printable(name, 80),
        points,
        last: last === null || Number.isFinite(last) ? last : Number.isNaN(last) ? 'nan' : last > 0 ? 'inf' : '-inf',
      })),
    },
    nothingNonFinite: first === null && reading.healthy !== 'unknown' && reading.healthy !== 'nonfinite',
    remarks: remarksOf(reading),
    plot: ({ width, unicode }: { width: number; unicode: boolean }) => plotOf(reading, width, !unicode),
  };
}

/** What is worth saying about the files themselves. All of their text is marked as untrusted. */
export function remarksOf(reading: RunReading): Prose[] {
  const remarks: Prose[] = [];
  for (const file of reading.files.slice(0, 12)) {
    const size =
      file.lines > 0
        ? `${file.lines} ${file.format === 'TensorBoard event file' ? 'records' : 'lines'}`
        : `${file.bytes} bytes`;
    remarks.push([untrusted(file.path), ': ', untrusted(file.format), `, ${size}`]);
  }
  if (reading.files.length > 12) remarks.push(`and ${reading.files.length - 12} more files`);
  for (const one of reading.hidden)
    remarks.push([
      `Hidden value (${one.confidence}): `,
      untrusted(one.what),
      ' (',
      untrusted(one.source),
      '). To see it: ',
      untrusted(one.unhide),
    ]);
  for (const issue of reading.issues.slice(0, 20))
    remarks.push([
      untrusted(issue.problem),
      ' (',
      untrusted(issue.source),
      '): ',
      untrusted(issue.because),
      '. ',
      untrusted(issue.fix),
    ]);
  for (const note of reading.notes.slice(0, 20)) remarks.push([untrusted(note)]);
  if (reading.firstNonFinite === null) {
    const watched = reading.series.filter(
      ({ kind }) => kind === 'loss' || kind === 'validation-loss' || kind === 'gradient-norm' || kind === 'rate',
    );
    const words = {
      healthy: 'The run looks healthy.',
      suspicious: 'The run is finite, but not sound.',
      nonfinite: '',
      unknown: 'Nothing in the files says how the run went.',
    }[reading.healthy];
    const last = watched.reduce<number | null>(
      (most, { lastX }) => (lastX !== null && (most === null || lastX > most) ? lastX : most),
      null,
    );
    remarks.push(
      watched.length > 0
        ? [
            `Looked for NaN and infinite values in ${watched.length} series up to ${watched[0]?.unit ?? 'step'} ${last ?? '?'} (`,
            untrusted(
              watched
                .slice(0, 6)
                .map(({ name }) => name)
                .join(', '),
            ),
            `): found none. ${words}`,
          ]
        : words,
    );
  }
  return remarks;
}

/** The drawing of the file that failed (or the first that holds a loss). */
export function plotOf(reading: RunReading, width: number, ascii: boolean): string[] {
  const first = reading.firstNonFinite;
  const file =
    first === null
      ? reading.series.find(({ kind }) => kind === 'loss')?.file
      : first.source.slice(0, first.source.lastIndexOf(':'));
  const rank =
    reading.series.find((one) => one.file === file && one.nonFinite > 0)?.rank ??
    reading.series.find((one) => one.file === file)?.rank ??
    null;
  const series = reading.series.filter((one) => one.file === file && one.rank === rank);
  return plotLines(series, {
    width,
    ascii,
    failingStep: first?.step ?? null,
    failingValue: first === null ? 'NaN' : first.value === 'nan' ? 'NaN' : first.value,
  });
}
