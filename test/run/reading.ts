import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readRun } from '../../src/run/read.ts';
import type { RunReading } from '../../src/run/reading.ts';
import { compileSigns, type Signs } from '../../src/run/signs.ts';
import { bytesSource, type ReadOptions } from '../../src/run/source.ts';

export const root = join(import.meta.dirname, '..', '..');

/** The signs of the knowledge base, as they stand in the folder. */
export function signFiles(): Record<string, unknown> {
  const folder = join(root, 'knowledge', 'signs');
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => [name, parse(readFileSync(join(folder, name), 'utf8'))]),
  );
}

let compiled: Signs | null = null;

export function signs(): Signs {
  compiled ??= compileSigns(signFiles()).signs;
  return compiled;
}

/** Reads files given as text or bytes. */
export function readTexts(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: ReadOptions = {},
): Promise<RunReading> {
  const sources = Object.entries(files).map(([path, content]) =>
    bytesSource(path, typeof content === 'string' ? new TextEncoder().encode(content) : content),
  );
  return readRun(sources, signs(), options);
}

/** The answers found for a symptom, the surest first. */
export function answers(reading: RunReading, symptom: string): string[] {
  return reading.findings.filter((finding) => finding.symptom === symptom).map((finding) => finding.answer);
}

/** Numbers that repeat exactly. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
