/** `npm run bench:cases`: how often the diagnosis is right on real, resolved reports, and what misled it where it is not. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { builtInKnowledge } from '../src/files.ts';
import { baselines, type Case, isHit, MODES, type Mode, type Outcome, play, type Score, score } from './evaluate.ts';

const root = join(import.meta.dirname, '..');
const cases = parse(readFileSync(join(root, 'test/cases/cases.yaml'), 'utf8')) as Case[];
const knowledge = builtInKnowledge();
const flags = new Set(process.argv.slice(2));

const percent = (value: number) => `${(value * 100).toFixed(1)}`.padStart(6);
const header = `${'n'.padStart(4)} ${'top-1'.padStart(6)} ${'top-3'.padStart(6)} ${'loss'.padStart(6)} ${'ECE'.padStart(6)} ${'said'.padStart(6)} ${'right'.padStart(6)} ${'asked'.padStart(6)}`;
const row = (name: string, { cases: n, top1, top3, logLoss, ece, diagnosed, medianQuestions }: Score) =>
  `${name.padEnd(34)} ${String(n).padStart(4)} ${percent(top1)} ${percent(top3)} ${logLoss.toFixed(3).padStart(6)} ${ece.toFixed(3).padStart(6)} ${percent(diagnosed.coverage)} ${percent(diagnosed.precision)} ${String(medianQuestions).padStart(6)}`;
const print = (line = '') => {
  console.log(line);
};

const played = Object.fromEntries(
  MODES.map((mode) => [mode, cases.map((item) => play(knowledge, item, mode))]),
) as Record<Mode, Outcome[]>;
print(`${''.padEnd(34)} ${header}`);
for (const mode of MODES) print(row(mode, score(played[mode])));
print();
print('half-width of the 95 % interval of a share over these cases: 7 points');
const without = ['forward-value'];
for (const mode of ['interview', 'cold-interview', 'all-facts'] as const)
  print(row(`${mode}, no forward-value`, score(cases.map((item) => play(knowledge, item, mode, without)))));
for (const [name, all] of [
  ['first post', false],
  ['all facts', true],
] as const)
  for (const [baseline, result] of Object.entries(baselines(knowledge, cases, all)))
    print(row(`${baseline} (${name})`, result));

const groups: [string, (item: Case) => string | null][] = [
  ['difficulty', ({ difficulty }) => difficulty],
  ['found by', ({ natural }) => (natural ? 'natural search' : 'search for a cause')],
  ['seen', ({ weak }) => (weak ? 'weak' : null)],
  ['family', ({ cause }) => knowledge.causes[cause]?.family ?? 'other'],
];
for (const mode of ['first-post', 'interview', 'cold-interview'] as const) {
  print(`\n${mode}`);
  for (const [, groupOf] of groups) {
    const names = [...new Set(cases.map(groupOf))].filter((name) => name !== null).sort();
    for (const name of names)
      print(row(`  ${name}`, score(played[mode].filter((outcome) => groupOf(outcome.case) === name))));
  }
}
if (flags.has('--wrong')) {
  print('\nwrong after the interview, and what misled');
  for (const outcome of played.interview.filter((one) => !isHit(one, 1))) {
    const { case: item, ranking, questions, given } = outcome;
    const place = ranking.findIndex(({ cause }) => cause === item.cause);
    print(
      `\n${item.id}: ${item.cause}${item.also ? ` (also ${item.also.join(', ')})` : ''} is ${place + 1}. with ${percent(ranking[place]?.probability ?? 0)} %`,
    );
    print(
      `   first ${ranking
        .slice(0, 3)
        .map(({ cause, probability }) => `${cause} ${(probability * 100).toFixed(0)}`)
        .join(', ')}`,
    );
    print(
      `   facts ${given
        .filter(({ answer }) => answer !== 'unsure')
        .map(({ symptom, answer }) => `${symptom}=${answer}`)
        .join(' ')}`,
    );
    print(`   asked ${questions.join(' ')}`);
  }
}
const summary = Object.fromEntries(MODES.map((mode) => [mode, score(played[mode])]));
const file = join(root, 'bench/cases.json');
if (flags.has('--write')) writeFileSync(file, `${JSON.stringify(summary, null, 2)}\n`);
