// `npm run bench`: every measurement against its bar, in one table. Each runs alone, one after the other.
//   node bench/all.mjs [MiB of the log, 1024]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
const mebibytes = process.argv[2] ?? '1024';

/** What a measurement prints, and the figures to take from it: a name, where the figure stands, its unit and its bar. */
const BENCHES = [
  {
    name: 'start-up',
    args: ['bench/startup.mjs'],
    figures: [
      ['whynan … --json', /^--json .*x ([\d.]+)$/m, 'x node -e 0', 1.35],
      ['whynan … (text)', /^text .*x ([\d.]+)$/m, 'x node -e 0', null],
      ['whynan explain', /^explain .*x ([\d.]+)$/m, 'x node -e 0', null],
    ],
  },
  {
    name: 'interview',
    args: ['bench/wizard.mjs'],
    figures: [
      ['first frame on a terminal', /^first frame.*: x([\d.]+)/m, 'x a script that prints one line', 3],
      ['key to frame, p95', /^key to frame.*p95 ([\d.]+) ms/m, 'ms', 16],
      ['bytes of a cursor move, most', /^cursor move.*most (\d+) bytes/m, 'bytes', 200],
    ],
  },
  {
    name: 'reading',
    args: ['bench/reading.mjs', mebibytes, '3'],
    figures: [
      [`a log of ${mebibytes} MiB`, /ratio ([\d.]+)/, 'x wc -l', 20],
      ['its memory', /"rss":(\d+)/, 'MB', 100, (kilobytes) => kilobytes / 1000],
    ],
  },
  {
    name: 'engine',
    args: ['scripts/run.mjs', 'bench/engine.ts'],
    figures: [
      ['diagnose(), p95', /^built-in, all causes told\s+[\d.]+\s+([\d.]+)/m, 'ms', 5],
      ['1000 causes, 500 symptoms, p95', /^1000 causes x 500 symptoms\s+[\d.]+\s+([\d.]+)/m, 'ms', 100],
      ['four times the causes', /take ([\d.]+) times as long/, 'x the time', 4],
    ],
  },
];

const rows = [];
for (const { name, args, figures } of BENCHES) {
  process.stderr.write(`${name} …\n`);
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const output = stripVTControlCharacters(stdout);
  for (const [what, pattern, unit, bar, change = (value) => value] of figures) {
    const found = pattern.exec(output)?.[1];
    const value = found === undefined ? null : change(Number(found));
    if (value === null) process.stderr.write(`${name}: no "${what}" in its output\n${output}${stderr}`);
    rows.push({ name, what, value, unit, bar, holds: value !== null && (bar === null || value <= bar) });
  }
}
const width = Math.max(...rows.map(({ what }) => what.length));
const units = Math.max(...rows.map(({ unit }) => unit.length));
console.log(`${''.padEnd(10)} ${''.padEnd(width)} ${'measured'.padStart(9)} ${'bar'.padStart(6)}`);
for (const { name, what, value, unit, bar, holds } of rows)
  console.log(
    `${name.padEnd(10)} ${what.padEnd(width)} ${(value === null ? '?' : value.toFixed(2)).padStart(9)} ${String(bar ?? '').padStart(6)} ${unit.padEnd(units)} ${holds ? (bar === null ? '' : 'holds') : 'FAILS'}`.trimEnd(),
  );
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
