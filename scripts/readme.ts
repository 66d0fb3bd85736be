/** The parts of the README that are written by the program: figures, tables, outputs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { baselines, type Case, type Mode, type Score } from '../bench/evaluate.ts';
import type { Knowledge } from '../src/knowledge.ts';
import { type Formats, formatRows } from './formats-page.ts';

const MARKED = /^<!-- generated: ([a-z-]+) -->\n[\s\S]*?^<!-- end -->$/gm;

/** The README with every generated part written anew. */
export function readme(text: string, knowledge: Knowledge, formats: Formats, root: string): string {
  const parts: Record<string, () => string> = {
    causes: () => causeTable(knowledge),
    counts: () => counts(knowledge),
    formats: () => formatTable(formats),
    figures: () => figures(knowledge, root),
  };
  return text.replaceAll(MARKED, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`README.md: nothing generates "${name}".`);
    return `<!-- generated: ${name} -->\n${part()}\n<!-- end -->`;
  });
}

function counts({ causes, symptoms, remedies, sources }: Knowledge): string {
  const size = (units: object) => Object.keys(units).length;
  return `It knows ${size(causes)} causes, ${size(symptoms)} symptoms and ${size(remedies)} remedies, from ${size(sources)} sources.`;
}

const FAMILIES = ['optimization', 'data', 'loss', 'numerics', 'precision', 'architecture', 'system'];

function causeTable({ causes }: Knowledge): string {
  const rows = FAMILIES.map((family) => {
    const links = Object.entries(causes)
      .filter(([, cause]) => cause.family === family)
      .map(([id, { name }]) => `[${name}](docs/causes/${id}.md)`);
    return `| ${family} | ${links.join(' · ')} |`;
  });
  return ['| family | causes |', '| --- | --- |', ...rows].join('\n');
}

function formatTable(formats: Formats): string {
  return ['| what | of |', '| --- | --- |', ...formatRows(formats).map(([what, of]) => `| ${what} | ${of} |`)].join(
    '\n',
  );
}

const points = (share: number) => (share * 100).toFixed(0);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function figures(knowledge: Knowledge, root: string): string {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const scores = JSON.parse(read('bench/cases.json')) as Record<Mode, Score>;
  const model = JSON.parse(read('bench/language-model.json')) as Record<
    'first-post' | 'all-facts',
    { top1: number; top3: number }
  >;
  const cases = parse(read('test/cases/cases.yaml')) as Case[];
  const n = scores['first-post'].cases;
  const answers = Object.keys(knowledge.causes).length + 1;
  const cited = new Set(Object.values(knowledge.sources).map(({ url }) => address(url)));
  const known = cases.filter(({ source }) => cited.has(address(source))).length;
  const row = (what: string, { top1, top3, diagnosed, medianQuestions }: Score) =>
    `| ${what} | **${percent(top1)}** | ${percent(top3)} | ${percent(diagnosed.coverage)} | ${percent(diagnosed.precision)} | ${medianQuestions} |`;
  const first = baselines(knowledge, cases, false);
  const all = baselines(knowledge, cases, true);
  const other = (what: string, a: { top1: number; top3: number }, b: { top1: number; top3: number }) =>
    `| ${what} | ${percent(a.top1)} / ${percent(a.top3)} | ${percent(b.top1)} / ${percent(b.top3)} |`;
  const errorBar = Math.round(1.96 * Math.sqrt(0.25 / n) * 100);
  return `Measured on ${n} resolved public threads (GitHub, Stack Overflow, forums), each with a confirmed cause. There are ${answers} answers to choose
from: ${answers - 1} causes and "none of these". A share over ${n} cases is known to about ±${errorBar} points.

| what whynan knows | first cause is right | among the first three | it says "most likely" | and is right then | questions, median |
| --- | --- | --- | --- | --- | --- |
${row('the facts of the first post', scores['first-post'])}
${row('the first post, then an interview', scores.interview)}
${row('nothing, then an interview', scores['cold-interview'])}
${row('everything that came out in the thread', scores['all-facts'])}

An interview has at most twelve questions and is answered with what the thread says, "not sure" where it says nothing. The probability that
whynan gives its first cause is off by ${points(scores['first-post'].ece)} points on average with the first post, by ${points(scores.interview.ece)} after an interview.

The same facts, judged otherwise (first cause / first three):

| | facts of the first post | all facts |
| --- | --- | --- |
${other('whynan', scores['first-post'], scores['all-facts'])}
${other('a strong language model, asked once, blind', model['first-post'], model['all-facts'])}
${other('counting answers over the other cases', first['naive counting, leave one out'] as Score, all['naive counting, leave one out'] as Score)}
${other('always the most frequent causes', first['prior only'] as Score, all['prior only'] as Score)}

Differences of less than ${errorBar} points say little. Take the figures with this in mind too: the two dozen constants of [\`scale.yaml\`](knowledge/scale.yaml) were chosen on these cases as a whole, the words of about fifteen causes were revised after reading cases that went wrong, and
${known} of the ${n} threads are also cited as sources of the knowledge. What people tell with each cause was learned from the imagined reports
in [\`knowledge/reports\`](knowledge/reports), none of which is a real case. On a thread nobody has seen, expect somewhat less.`;
}

/** An address without what varies: protocol, anchor, title. */
function address(url: string): string {
  return url
    .replace(/^https?:\/\/(www\.)?/, '')
    .replace(/[#?].*/, '')
    .replace(/\/$/, '')
    .replace(/^(stackoverflow\.com\/questions\/\d+).*/, '$1')
    .replace(/^(discuss\.pytorch\.org\/t\/)(?:.*\/)?(\d+)$/, '$1$2');
}
