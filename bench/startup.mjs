// `npm run bench:startup`: whole-process time of the built command line against `node -e 0`, interleaved, medians.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', 'dist', 'cli.cjs');
const rounds = Number(process.argv[2] ?? 41);
const facts = [
  '--framework',
  'pytorch',
  '--dtype',
  'mixed-float16',
  '--loss-trend',
  'sudden',
  '--lr',
  '3e-4',
  '--optimizer',
  'adam',
  '--architecture',
  'transformer',
];
const runs = {
  'node -e 0': ['-e', '0'],
  '--json': [cli, ...facts, '--json'],
  '--json --top 5': [cli, ...facts, '--json', '--top', '5'],
  text: [cli, ...facts, '--no-color'],
  markdown: [cli, ...facts, '--format', 'markdown'],
  explain: [cli, 'explain', 'lr-too-high'],
  '--version': [cli, '--version'],
};
const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
for (let round = -3; round < rounds; round++)
  for (const [name, args] of Object.entries(runs)) {
    const begin = process.hrtime.bigint();
    spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: '1' } });
    if (round >= 0) times[name].push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(times['node -e 0']);
console.log(`${'whole process, median of'.padEnd(26)} ${rounds} interleaved runs`);
for (const name of Object.keys(runs)) {
  const value = median(times[name]);
  console.log(`${name.padEnd(26)} ${value.toFixed(1).padStart(7)} ms  x ${(value / base).toFixed(2)}`);
}
