/** The chart as a page: its diagram and the table of its states, drawn from the machine and nothing else. */
import type { AnyStateNode } from 'xstate';
import type { Troubleshoot } from './troubleshoot.ts';

interface Edge {
  readonly from: string;
  readonly on: string;
  readonly to: string;
  readonly guard: string;
  readonly does: string;
  readonly description: string;
}

/** The page in Markdown; ends with a line break. */
export function chartPage(machine: Troubleshoot): string {
  const nodes = statesOf(machine.root);
  const questions = nodes.filter(isQuestion);
  const others = nodes.filter((node) => !isQuestion(node) && node.parent !== undefined);
  const edges = nodes.filter((node) => !isQuestion(node)).flatMap(edgesOf);
  const all = merged(edges);
  return [
    '<!-- Generated from flows/troubleshoot.ts by `npm run chart`. Do not edit. -->',
    '# The interview',
    '',
    machine.root.description ?? '',
    '',
    `The context is the trail of what was said; every choice is made from it when it is needed. \`asking\` holds one state per question, ${questions.length} in all.`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${key(machine.root.initial.target[0] as AnyStateNode)}`,
    ...all
      .filter(({ from, to }) => from !== ROOT && to !== '')
      .map(({ from, to, on, guard }) => `  ${from} --> ${to}: ${on}${guard === '' ? '' : ` [${guard}]`}`),
    '  stopped --> [*]',
    '```',
    '',
    '## States',
    '',
    '| state | is |',
    '| --- | --- |',
    ...others.map((node) => `| \`${path(node)}\` | ${node.description ?? ''} |`),
    '',
    '## Transitions',
    '',
    '| in | event | if | does | leads to | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...all.map(
      ({ from, on, guard, does, to, description }) =>
        `| \`${from}\` | ${on} | ${guard} | ${does} | ${to === '' ? '' : `\`${to}\``} | ${description} |`,
    ),
    '',
    '## Questions',
    '',
    '| state | asks |',
    '| --- | --- |',
    ...questions.map((node) => `| \`${node.key}\` | ${(node.description ?? '').replaceAll('|', '\\|')} |`),
    '',
  ].join('\n');
}

const ROOT = 'everywhere';

/** A state and every state in it. */
export const statesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(statesOf)];
const isQuestion = (node: AnyStateNode): boolean => node.parent?.key === 'asking';
const path = (node: AnyStateNode): string => node.path.join('.');
const key = (node: AnyStateNode): string => {
  if (node.parent === undefined) return ROOT;
  return isQuestion(node) || node.type === 'history' ? node.parent.key : node.key;
};

function edgesOf(node: AnyStateNode): Edge[] {
  const transitions = [...[...node.transitions.entries()], ...(node.always ? [['', node.always] as const] : [])];
  return transitions.flatMap(([event, list]) =>
    list.map(
      ({ target, guard, actions, description }): Edge => ({
        from: key(node),
        on: event === '' ? 'always' : event,
        to: target?.[0] ? key(target[0] as AnyStateNode) : '',
        guard: nameOf(guard),
        does: actions.map(nameOf).join(', '),
        description: description ?? '',
      }),
    ),
  );
}

const nameOf = (named: unknown): string =>
  typeof named === 'string' ? named : ((named as { type?: string } | undefined)?.type ?? '');

/** One edge for the many from `deciding` that differ in the question only. */
function merged(edges: readonly Edge[]): Edge[] {
  const known = new Map<string, Edge>();
  for (const edge of edges) {
    const { from, on, to, guard } = edge;
    const name = [from, on, to, guard].join(' ');
    if (!known.has(name)) known.set(name, edge);
  }
  return [...known.values()];
}
