import { parseNumber } from './number.ts';
import { looksLikeSettings } from './settings.ts';
import { recogniseTable, type Table } from './table.ts';
import { looksLikeEvents } from './tfevents.ts';

/** What a file is, judged by its first bytes. */
export type FileKind =
  | { readonly kind: 'empty' }
  | { readonly kind: 'unsupported'; readonly what: string; readonly why: string }
  | { readonly kind: 'events' }
  | { readonly kind: 'document' }
  | { readonly kind: 'prototxt' }
  | { readonly kind: 'settings'; readonly what: string }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'mlflow'; readonly name: string }
  | { readonly kind: 'numbers' }
  | { readonly kind: 'text' };

/** Recognises a file by what it holds. The name only settles what the content leaves open. */
export function recognise(sample: Uint8Array, path: string): FileKind {
  if (sample.length === 0) return { kind: 'empty' };
  if (looksLikeEvents(sample)) return { kind: 'events' };
  const binary = binaryKind(sample);
  if (binary !== null) return binary;
  const text = new TextDecoder().decode(sample).replace(/^\ufeff/, '');
  const lines = text.split('\n', 400);
  if (lines.length > 1 && text.length >= 65536) lines.pop();
  const trimmed = text.trimStart();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    const json = jsonKind(trimmed);
    if (json !== null) return json;
  }
  const full = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '');
  if (full.length > 0 && full.every((line) => /^\d{13} \S{1,40}(?: \d{1,15})?$/.test(line)))
    return { kind: 'mlflow', name: metricName(path) };
  if (full.length >= 2 && full.every((line) => parseNumber(line.trim()) !== undefined)) return { kind: 'numbers' };
  const head = full.slice(0, 200);
  if (
    head.some((line) => /^\s*layers?\s*\{|^\s*(?:base_lr|lr_policy|test_iter|solver_mode):/.test(line)) &&
    head.filter((line) => /^\s*(?:[a-z_0-9]+:|[a-z_0-9]+ ?\{|\}|#)/i.test(line)).length >= head.length * 0.9
  )
    return { kind: 'prototxt' };
  if (
    /^\s*\[net(?:work)?\]/m.test(text.slice(0, 4000)) &&
    head.some((line) => /^\s*\[(?:convolutional|yolo|region)\]/.test(line))
  )
    return { kind: 'settings', what: 'Darknet configuration' };
  const table = recogniseTable(full.slice(0, 12));
  if (table !== null) return { kind: 'table', table };
  if (looksLikeSettings(head)) return { kind: 'settings', what: 'configuration' };
  return { kind: 'text' };
}

const SIGNATURES: readonly [number[], string, string][] = [
  [[0x50, 0x4b, 3, 4], 'zip archive', 'a zip archive (a PyTorch checkpoint is one): unpack it, or give the log'],
  [[0x80], 'pickle', 'a Python pickle can run code and is not opened'],
  [[0x89, 0x48, 0x44, 0x46], 'HDF5', 'an HDF5 file holds weights, not a log'],
  [[0x53, 0x51, 0x4c, 0x69], 'SQLite', 'a database: export the metrics as CSV'],
  [[0x50, 0x41, 0x52, 0x31], 'Parquet', 'Parquet: export the metrics as CSV'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstd: decompress it first'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2: decompress it first'],
  [[0xfd, 0x37, 0x7a, 0x58], 'xz', 'xz: decompress it first'],
  [
    [0x3a, 0x57, 0x26, 0x42],
    'W&B run file',
    'the binary file of W&B: give wandb-summary.json, output.log, or a CSV export',
  ],
  [[0x7f, 0x45, 0x4c, 0x46], 'executable', 'a program, not a log'],
  [[0x89, 0x50, 0x4e, 0x47], 'image', 'an image: give the numbers behind it'],
  [[0x93, 0x4e, 0x55, 0x4d], 'NumPy array', 'an array, not a log'],
];

function binaryKind(sample: Uint8Array): FileKind | null {
  for (const [bytes, what, why] of SIGNATURES) {
    if (bytes.length === 1 && !((sample[1] ?? 9) <= 5)) continue;
    if (bytes.every((byte, index) => sample[index] === byte)) return { kind: 'unsupported', what, why };
  }
  let odd = 0;
  const length = Math.min(sample.length, 8192);
  for (let at = 0; at < length; at += 1) {
    const byte = sample[at] as number;
    if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27)) odd += 1;
  }
  return odd > length * 0.1 ? { kind: 'unsupported', what: 'binary', why: 'binary data, not a log' } : null;
}

/** A document, JSON lines (`null`: read as text), or neither. */
function jsonKind(text: string): FileKind | null {
  const firstLine = text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n')).trim();
  if (/"whynan"\s*:\s*"probe@/.test(firstLine)) return { kind: 'document' };
  const rest = text.slice(firstLine.length).trim();
  const isWhole = firstLine.startsWith('{') && firstLine.endsWith('}') && balanced(firstLine);
  if (isWhole && rest.startsWith('{')) return null;
  if (isWhole && rest !== '') return null;
  if (text.startsWith('[')) {
    // `[2024-01-01 ...]`, `[Rank 0]` and `[10] epoch 0` begin log lines, not documents.
    return /^\[\s*(?:[[{"\]]|-?[\d.]+(?:[eE][-+]?\d+)?\s*,|NaN\b|null\b)/.test(text) && !/^\[\d+,\s*\d+\]/.test(text)
      ? { kind: 'document' }
      : null;
  }
  return /^\{\s*(?:"|\}|\/\/|#|$)/.test(text) ? { kind: 'document' } : null;
}

function balanced(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted) {
      if (character === '\\') at += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
  }
  return depth === 0 && !isQuoted;
}

function metricName(path: string): string {
  const parts = path.split(/[\\/]/);
  const at = parts.lastIndexOf('metrics');
  const name = at >= 0 && at < parts.length - 1 ? parts.slice(at + 1).join('/') : (parts[parts.length - 1] ?? 'metric');
  return name
    .replace(/\.txt$/, '')
    .replace(/^.*_metrics_/, '')
    .slice(0, 100);
}
