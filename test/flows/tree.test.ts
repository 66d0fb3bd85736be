import { describe, expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { believe } from '../../src/belief.ts';
import { type Finding, settle } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { nextQuestion } from '../../src/question.ts';
import { type MachineDefinition, type Node, toMachine, treeText, unroll } from '../../src/tree.ts';

const knowledge = builtInKnowledge();
const options = { depth: 3, width: 80, unicode: true } as const;

describe('the tree as an XState machine', () => {
  const root = unroll(knowledge, 3);
  const definition = JSON.parse(treeText(knowledge, { ...options, format: 'xstate' })) as MachineDefinition;

  it('is plain JSON that createMachine accepts', () => {
    expect(definition).toEqual(JSON.parse(JSON.stringify(toMachine(knowledge, root))));
    expect(() => createMachine(definition as never)).not.toThrow();
  });

  it('asks the same questions in the same order as the engine, whatever is answered', () => {
    const machine = createMachine(definition as never);
    let walked = 0;
    const walk = (node: Node, answers: readonly Finding[]) => {
      const actor = createActor(machine).start();
      for (const { answer } of answers) actor.send({ type: answer });
      const [meta] = Object.values(actor.getSnapshot().getMeta()) as {
        symptom?: string;
        next?: string | null;
        causes?: unknown;
      }[];
      const evidence = settle(knowledge, answers);
      const asked = nextQuestion(knowledge, evidence, believe(knowledge, evidence.facts))?.symptom ?? null;
      walked++;
      if (node.kind === 'ending') {
        expect(actor.getSnapshot().status).toBe('done');
        expect(meta?.next).toBe(asked);
        expect(meta?.causes).toEqual(node.causes);
        return;
      }
      expect(meta?.symptom).toBe(asked);
      expect(Object.keys(knowledge.symptoms[node.symptom]?.answers ?? {})).toEqual(
        node.branches.slice(0, -1).map(({ answer }) => answer),
      );
      for (const { answer, to } of node.branches)
        walk(to, [...answers, { symptom: node.symptom, answer, source: 'interview' }]);
    };
    walk(root, []);
    expect(walked).toBeGreaterThan(30);
  });
});

describe('the tree as text', () => {
  it.each([40, 60, 80, 120])('keeps to %i columns', (width) => {
    for (const unicode of [true, false]) {
      const lines = treeText(knowledge, { depth: 3, width, unicode, format: 'text' }).split('\n');
      expect(
        lines.filter((line) => line.length > width && !line.includes('(--') && !line.includes('Shares are')),
      ).toEqual([]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: plain text is meant
      if (!unicode) expect(lines.join('')).toMatch(/^[\u0000-\u007F]*$/);
    }
  });

  it('grows with its depth and says the same every time', () => {
    const at = (depth: number) => treeText(knowledge, { ...options, depth, format: 'text' });
    expect(at(1).length).toBeLessThan(at(2).length);
    expect(at(2)).toBe(at(2));
  });
});

describe('the tree as Mermaid', () => {
  it('has only lines of a flow chart, with every node of the tree', () => {
    const lines = treeText(knowledge, { ...options, format: 'mermaid' })
      .trimEnd()
      .split('\n');
    expect(lines[0]).toBe('flowchart LR');
    for (const line of lines.slice(1))
      expect(line).toMatch(/^ {2}n\d+(\["[^"]*"\]|\(\["[^"]*"\]\)| -->\|"[^"]*"\| n\d+)$/);
    const count = (node: Node): number =>
      1 + (node.kind === 'ending' ? 0 : node.branches.reduce((sum, { to }) => sum + count(to), 0));
    expect(lines.filter((line) => !line.includes('-->')).length - 1).toBe(count(unroll(knowledge, 3)));
  });
});
