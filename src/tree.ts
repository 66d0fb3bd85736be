/**
 * The decision tree that the knowledge implies: the first question, what each answer leads to, and so on, unrolled to a
 * depth along the likeliest branches. As text, as a Mermaid flow chart, or as the definition of an XState machine.
 */
import { type Belief, believe } from './belief.ts';
import { ranking, verdict } from './diagnosis.ts';
import { type Finding, settle, UNSURE } from './evidence.ts';
import { doubted, type Knowledge } from './knowledge.ts';
import { nextQuestion } from './question.ts';
import type { Symptom } from './schema.ts';

export interface TreeOptions {
  /** How many questions deep. */
  readonly depth: number;
  readonly format: 'text' | 'mermaid' | 'xstate';
  /** Columns of the text. */
  readonly width: number;
  readonly unicode: boolean;
}

/** A question with its branches, or where a branch ends. */
export type Node = Asked | Ending;

export interface Asked {
  readonly kind: 'question';
  readonly symptom: string;
  readonly branches: readonly Branch[];
}

export interface Branch {
  readonly answer: string;
  readonly label: string;
  /** How probable the answer is here, among those who can answer. `unsure` has none. */
  readonly share: number | null;
  readonly to: Node;
}

export interface Ending {
  readonly kind: 'ending';
  readonly verdict: 'diagnosed' | 'undecided';
  /** The most probable causes, three at most. */
  readonly causes: readonly { readonly id: string; readonly probability: number }[];
  /** The question that would come next; null where none would. */
  readonly next: string | null;
}

/** Branches less likely than this, counted from the root, end at once. */
const LEAST = 0.02;

/** The tree in one of its forms; ends with a line break. */
export function treeText(knowledge: Knowledge, { depth, format, width, unicode }: TreeOptions): string {
  const root = unroll(knowledge, depth);
  if (format === 'xstate') return `${JSON.stringify(toMachine(knowledge, root), null, 2)}\n`;
  const lines = format === 'mermaid' ? mermaid(knowledge, root) : outline(knowledge, root, width, unicode);
  return `${lines.join('\n')}\n`;
}

/** The tree, from what is already known. */
export function unroll(knowledge: Knowledge, depth: number, known: readonly Finding[] = []): Node {
  const grow = (findings: readonly Finding[], left: number, reach: number): Node => {
    const evidence = settle(knowledge, findings);
    const belief = believe(knowledge, evidence.facts);
    const next = nextQuestion(knowledge, evidence, belief);
    if (next === null || left === 0 || reach < LEAST)
      return {
        kind: 'ending',
        verdict: verdict(knowledge, belief),
        causes: ranking(knowledge, belief)
          .slice(0, 3)
          .map((index) => ({
            id: knowledge.model.causes[index] as string,
            probability: Number((belief.probabilities[index] as number).toPrecision(3)),
          })),
        next: next?.symptom ?? null,
      };
    const { symptom } = next;
    const { answers, effort } = knowledge.symptoms[symptom] as Symptom;
    const { answerable } = knowledge.scale.effort[effort];
    const shares = answerShares(knowledge, belief, symptom);
    const branch = (answer: string, label: string, share: number | null): Branch => ({
      answer,
      label,
      share,
      to: grow(
        [...findings, { symptom, answer, source: 'interview' }],
        left - 1,
        reach * (share === null ? 1 - answerable : share * answerable),
      ),
    });
    return {
      kind: 'question',
      symptom,
      branches: [
        ...Object.entries(answers).map(([answer, { label }], index) => branch(answer, label, shares[index] ?? 0)),
        branch(UNSURE, 'not sure', null),
      ],
    };
  };
  return grow(known, depth, 1);
}

/** How probable each answer to a symptom is under a belief; they sum to 1. */
function answerShares({ model, scale }: Knowledge, belief: Belief, symptom: string): number[] {
  const { answers, base, lift } = model.symptoms[
    model.symptomIndex.get(symptom) as number
  ] as Knowledge['model']['symptoms'][number];
  const count = model.causes.length;
  const shares = answers.map((_, answer) => {
    const row = lift.subarray(answer * count, (answer + 1) * count);
    const sum = row.reduce(
      (total, value, cause) => total + (belief.probabilities[cause] as number) * doubted(value, scale.doubt.likely),
      belief.other,
    );
    return sum * (base[answer] as number);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

const whole = (probability: number): string => {
  const rounded = Math.round(probability * 100);
  return `${rounded === 0 ? '<1' : rounded === 100 ? '>99' : rounded} %`;
};

const named = (knowledge: Knowledge, { causes, verdict: found }: Ending): string =>
  causes
    .slice(0, found === 'diagnosed' ? 1 : 2)
    .map(({ id, probability }) => `${knowledge.causes[id]?.name} ${whole(probability)}`)
    .join(', ');

// ---------------------------------------------------------------- text

function outline(knowledge: Knowledge, root: Node, width: number, unicode: boolean): string[] {
  const [fork, corner, bar, arrow] = unicode ? ['├─ ', '└─ ', '│  ', '→'] : ['|- ', '`- ', '|  ', '->'];
  const columns = Math.max(40, width);
  const lines: string[] = [];
  /** A text behind a prefix, over as many lines as it needs. */
  const write = (first: string, rest: string, text: string) => {
    let prefix = first;
    let line = '';
    for (const word of text.split(' ')) {
      if (line !== '' && prefix.length + line.length + word.length + 1 > columns) {
        lines.push((prefix + line).trimEnd());
        prefix = rest;
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push((prefix + line).trimEnd());
  };
  const walk = (node: Node, prefix: string) => {
    if (node.kind === 'ending') {
      const first = `${prefix}${arrow} `;
      const room = columns - first.length;
      const more = node.next === null ? '' : ' ...';
      const both = `${named(knowledge, node)}${more}`;
      const one = `${named(knowledge, { ...node, causes: node.causes.slice(0, 1) })}${more}`;
      write(first, `${prefix}${' '.repeat(arrow.length + 1)}`, both.length <= room ? both : one);
      return;
    }
    write(prefix, prefix, `${knowledge.symptoms[node.symptom]?.question} (--${node.symptom})`);
    node.branches.forEach(({ label, share, to }, index) => {
      const isLast = index === node.branches.length - 1;
      const inside = `${prefix}${isLast ? '   ' : bar}`;
      const text = `${label}${share === null ? '' : ` (${whole(share)})`}`;
      const first = `${prefix}${isLast ? corner : fork}`;
      const short =
        to.kind === 'ending' ? `${text} ${arrow} ${named(knowledge, to)}${to.next === null ? '' : ' ...'}` : text;
      if (first.length + short.length <= columns) lines.push(first + short);
      else write(first, inside, text);
      if (to.kind === 'question' || first.length + short.length > columns) walk(to, inside);
    });
  };
  walk(root, '');
  if (root.kind === 'question')
    lines.push(
      '',
      `"..." goes on with further questions. Shares are what to expect of a run about which no more is known.`,
    );
  return lines;
}

// ---------------------------------------------------------------- Mermaid

function mermaid(knowledge: Knowledge, root: Node): string[] {
  const text = (words: string) =>
    words.replaceAll('"', '#quot;').replaceAll('|', '#124;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
  const lines = ['flowchart LR'];
  let count = 0;
  const walk = (node: Node): string => {
    const id = `n${count++}`;
    if (node.kind === 'ending') {
      lines.push(`  ${id}(["${text(named(knowledge, node))}${node.next === null ? '' : ' ...'}"])`);
      return id;
    }
    lines.push(`  ${id}["${text(knowledge.symptoms[node.symptom]?.question ?? node.symptom)}"]`);
    for (const { label, to } of node.branches) lines.push(`  ${id} -->|"${text(label)}"| ${walk(to)}`);
    return id;
  };
  walk(root);
  return lines;
}

// ---------------------------------------------------------------- XState

/** What `createMachine` of XState 5 takes: a state per question, an event per answer. */
export interface MachineDefinition {
  readonly id: string;
  readonly description: string;
  readonly initial: string;
  readonly states: Readonly<Record<string, StateDefinition>>;
}

interface StateDefinition {
  readonly description: string;
  readonly type?: 'final';
  readonly meta: Readonly<Record<string, unknown>>;
  readonly on?: Readonly<Record<string, { readonly target: string; readonly description: string }>>;
}

/** The tree as the definition of a machine. Events are the answers, `unsure` among them. */
export function toMachine(knowledge: Knowledge, root: Node): MachineDefinition {
  const states: Record<string, StateDefinition> = {};
  let count = 0;
  const walk = (node: Node): string => {
    const number = count++;
    if (node.kind === 'ending') {
      const id = `end-${number}`;
      states[id] = {
        description: named(knowledge, node),
        type: 'final',
        meta: { verdict: node.verdict, causes: node.causes, next: node.next },
      };
      return id;
    }
    const id = `${node.symptom}-${number}`;
    const { question, effort } = knowledge.symptoms[node.symptom] as Symptom;
    const on: Record<string, { target: string; description: string }> = {};
    // The key is written before its branches, so that the states stand in the order in which they are reached.
    states[id] = { description: question, meta: { symptom: node.symptom, effort }, on };
    for (const { answer, label, to } of node.branches) on[answer] = { target: walk(to), description: label };
    return id;
  };
  const initial = walk(root);
  return {
    id: 'whynan',
    description: 'Why did the loss become NaN? The questions in the order of what they tell for their effort.',
    initial,
    states,
  };
}
