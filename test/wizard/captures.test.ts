import { expect, it } from 'vitest';
import type { Finding } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { at, frame, opened, pressed } from './frames.ts';

const knowledge = builtInKnowledge();
const size = { columns: 80, rows: 24 };
const flag = (symptom: string, answer: string, source = 'flag'): Finding => ({ symptom, answer, source });
const known = [flag('loss-trend', 'growing'), flag('lr-value', '0.5', 'train.log:12'), flag('bad-op', 'pooling')];
const start = opened(knowledge, known, size);

/** Questions that are asked for by name: what comes first by itself changes with the knowledge. */
const screens = {
  question: pressed(start, 'e', '1'),
  'a question with many answers': pressed(start, 'e', '3'),
  'a number': pressed(start, 'e', '2'),
  'a filter': pressed(start, 'e', '3', '/', 'b', 'm', 'm'),
  'what is known': pressed(start, 'e'),
  'a path': pressed(start, 'e', 's'),
  'a contradiction': opened(
    knowledge,
    [flag('dtype', 'float32'), flag('dtype', 'mixed-float16', 'config.yaml:3')],
    size,
  ),
};

/** The ranking moves with every calibration of the knowledge: only its place is compared. */
const withoutRanking = (lines: readonly string[]): string[] =>
  lines.map((line) => (/ %( +[-+]\d+)?$/.test(line) ? ' (a cause)' : line));

it.each([
  [40, 24],
  [60, 20],
  [80, 24],
  [120, 40],
])('the screens look as they did at %i x %i', async (columns, rows) => {
  const text = Object.entries(screens)
    .map(([name, model]) => `==== ${name}\n${withoutRanking(frame(at(model, columns, rows))).join('\n')}\n`)
    .join('\n');
  await expect(text).toMatchFileSnapshot(`captures/${columns}x${rows}.txt`);
});
