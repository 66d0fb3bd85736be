/** The in-process half of `bench/wizard.mjs`: presses keys in a wizard on a terminal of its own and times each frame. */
import { builtInKnowledge } from '../src/files.ts';
import { interview } from '../src/wizard/run.tsx';
import { Input, Output } from '../test/wizard/streams.ts';

const knowledge = builtInKnowledge();
const stdin = new Input();
const stdout = new Output();
const done = interview({
  knowledge,
  findings: [],
  read: null,
  save: null,
  color: true,
  write: () => {},
  terminal: {
    env: { LANG: 'C.UTF-8' },
    note: () => {},
    streams: () => ({ stdin: stdin as never, stdout: stdout as never }),
  },
});
await new Promise((resolve) => setTimeout(resolve, 100));

/** A fixed sequence of numbers below one: every run presses the same keys. */
let seed = 42;
const chance = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const DOWN = '\u001B[B';
const times: number[] = [];
const moves: number[] = [];
const press = (keys: string): number => {
  const before = stdout.bytes;
  const begin = performance.now();
  stdin.press(keys);
  times.push(performance.now() - begin);
  return stdout.bytes - before;
};
for (let interviewNumber = 0; interviewNumber < 40; interviewNumber++) {
  for (let question = 0; question < 12; question++) {
    const steps = Math.floor(chance() * 6);
    for (let step = 0; step < steps; step++) {
      const bytes = press(DOWN);
      // A plain move: the mark goes from one row to another, no page is turned and no panel follows.
      if (/\u276F [ \d][\du#] {2}/.test(stdout.last) && !/ more|\u2192/.test(stdout.last)) moves.push(bytes);
    }
    if (chance() < 0.2) {
      press('w');
      press(DOWN);
      press('w');
    }
    press(chance() < 0.3 ? 'u' : '\r');
    if (chance() < 0.1) press('b');
  }
  for (let back = 0; back < 20; back++) press('b');
}
stdin.press('q');
await done;
const at = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
const visible = moves.filter((bytes) => bytes > 0);
process.stdout.write(
  `${JSON.stringify({ keys: times.length, p50: Number(at(times, 0.5).toFixed(1)), p95: Number(at(times, 0.95).toFixed(1)), most: Number(at(times, 1).toFixed(1)), bytes: { p50: at(visible, 0.5), most: at(visible, 1) } })}\n`,
);
