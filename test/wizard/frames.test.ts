import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import quickWidth, { QuickSegmenter } from '../../src/wizard/width.ts';
import { at, frame, opened, pressed } from './frames.ts';

const knowledge = builtInKnowledge();
const flag = (symptom: string, answer: string, source = 'flag'): Finding => ({ symptom, answer, source });
const SIZES = [
  [40, 12],
  [40, 24],
  [60, 20],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const size = { columns: 80, rows: 24 };
const some = [flag('framework', 'pytorch'), flag('lr-value', '0.5', 'train.log:12')];
const start = opened(knowledge, some, size);
const screens = {
  question: start,
  why: pressed(start, 'w', 'down'),
  help: pressed(start, '?'),
  filter: pressed(start, '/', 'n', 'o'),
  edit: pressed(start, 'e'),
  number: pressed(start, 'e', '2'),
  'number being typed': pressed(start, 'e', '2', 'backspace', 'backspace', '7'),
  report: pressed(start, 'r'),
  'end of the report': pressed(start, 'r', 'end'),
  'every cause open': pressed(start, 'r', '2', '3', '4', 'end'),
  'what if': pressed(start, 'r', 'w'),
  supposition: pressed(start, 'r', 'w', 'enter', 'down'),
  path: pressed(start, 's'),
  contradiction: opened(knowledge, [flag('dtype', 'float32'), flag('dtype', 'float16', 'config.yaml:3')], size),
};

describe.each(SIZES)('at %i x %i', (columns, rows) => {
  it.each(Object.entries(screens))('%s fits', (_, model) => {
    const lines = frame(at(model, columns, rows));
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns);
    expect(lines[0]).toMatch(/^ whynan /);
    expect(lines.at(-1), lines.join('\n')).toMatch(/enter|any key/);
  });

  it('keeps question, answers, ranking and keys on their rows from question to question', () => {
    const places = new Set<string>();
    let model = at(start, columns, rows);
    for (let asked = 0; asked < 8; asked++) {
      const lines = frame(model);
      const row = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
      places.add(JSON.stringify([rows >= 20 ? row(/^ ❯/) : 0, row(/^ Learning rate too high/), lines.length]));
      model = pressed(model, 'u');
      if (model.snapshot.matches({ interview: 'diagnosed' })) break;
    }
    expect([...places]).toHaveLength(1);
  });

  it('says the same in ASCII', () => {
    for (const model of Object.values(screens))
      expect(frame(at(model, columns, rows), false).join('\n')).toMatch(/^[\n -~]*$/);
  });
});

describe('text that comes from a file', () => {
  it('cannot steer the terminal, nor break the frame', () => {
    const model = opened(
      knowledge,
      [flag('dtype', 'float16', `evil\u001B[2J\u202E名前${'x'.repeat(300)}.log:1`)],
      size,
    );
    for (const shown of [model, pressed(model, 'e'), pressed(model, 'r')])
      for (const line of frame(shown)) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
        expect(stringWidth(line)).toBeLessThan(80);
      }
  });
});

describe('the quick measure of width', () => {
  it.each([
    '',
    'plain',
    'é',
    'e\u0301',
    '名前',
    '한글',
    '❯ █▏· ▸▾ ↑↓ → …',
    '\u001B[1m\u001B[36mbold\u001B[39m\u001B[22m',
    'ａ',
    '–—“”',
    'Größe',
    'Ж',
    '🙂',
  ])('agrees with the exact one: %s', (text) => {
    expect(quickWidth(text)).toBe(stringWidth(text));
  });

  it('splits text into the characters that Intl.Segmenter finds', () => {
    const exact = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    for (const text of ['', 'plain', 'e\u0301a\u0308', '名前', 'a\u001B[1mb'])
      expect([...new QuickSegmenter().segment(text)]).toEqual(
        [...exact.segment(text)].map(({ segment, index }) => ({ segment, index })),
      );
  });
});
