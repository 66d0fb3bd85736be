import { parseNumber } from './number.ts';

/** Names with their values, in the order they stand. */
export interface Pairs {
  readonly names: string[];
  readonly values: number[];
}

/** Longest list of values taken from one line. */
const MOST_PAIRS = 128;

/** Every `name … number` that the pattern finds; its first group is the name, its second the number. */
export function findPairs(pattern: RegExp, text: string): Pairs {
  const names: string[] = [];
  const values: number[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && names.length < MOST_PAIRS; match = pattern.exec(text)) {
    const value = parseNumber(match[2] ?? '');
    if (value !== undefined && match[1]) {
      names.push(match[1]);
      values.push(value);
    }
  }
  return { names, values };
}

/** A captured number as a number; `null` when the group took no part. */
export function whole(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  return parseNumber(text) ?? null;
}
