import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose, type Given } from '../../src/diagnosis.ts';
import { builtInKnowledge, knowledgeFiles } from '../../src/files.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { checkFolders, runExamples } from '../../src/lint.ts';
import type { Cause, Symptom } from '../../src/schema.ts';
import { everyAnswer } from './facts.ts';

// The knowledge as it is written: a build leaves the examples out.
const folder = join(import.meta.dirname, '..', '..', 'knowledge');
const knowledge = checkFolders([knowledgeFiles(folder)], builtInKnowledge()).knowledge as Knowledge;
const ids = Object.keys(knowledge.causes);
const causeOf = (id: string) => knowledge.causes[id] as Cause;
const rankOf = (given: Readonly<Record<string, string | number>>, id: string): number =>
  diagnose(
    knowledge,
    Object.entries(given).map(([symptom, answer]) => ({ symptom, answer: String(answer) })),
  ).causes.findIndex((cause) => cause.id === id);

const MOST_FACTS = 6;

/** How much louder a cause speaks of an answer than causes do on average: what is typical of it and of few others. */
function loudness(id: string, symptom: string, answer: string): number {
  const { scale, symptoms } = knowledge;
  const strength = (cause: string) => {
    const words = causeOf(cause).evidence[symptom]?.words;
    return scale.strengths[words?.[answer] ?? words?.others ?? 'neutral'];
  };
  const average = ids.reduce((sum, cause) => sum + strength(cause), 0) / ids.length;
  return (strength(id) / average) ** scale.trust[(symptoms[symptom] as Symptom).kind];
}

/** What the author calls `always` or `typical`, the loudest first: one answer per symptom, none that excludes it. */
function typicalFacts(id: string): Record<string, string> {
  const { evidence, 'excluded-by': excludedBy } = causeOf(id);
  const strong = Object.entries(evidence).flatMap(([symptom, { words }]) =>
    Object.entries(words)
      .filter(([answer, word]) => answer !== 'others' && (word === 'always' || word === 'typical'))
      .filter(([answer]) => !excludedBy[symptom]?.answers.includes(answer))
      .map(([answer]) => ({ symptom, answer, weight: loudness(id, symptom, answer) })),
  );
  const facts: Record<string, string> = {};
  for (const { symptom, answer } of strong.toSorted((a, b) => b.weight - a.weight))
    if (Object.keys(facts).length < MOST_FACTS) facts[symptom] ??= answer;
  return facts;
}

describe('a cause', () => {
  it('comes out of every example as its author expects', () => {
    expect(runExamples(knowledge)).toEqual([]);
  });

  it.each(ids)('%s is first with its typical facts', (id) => {
    const facts = typicalFacts(id);
    expect(Object.keys(facts).length, id).toBeGreaterThan(0);
    expect(rankOf(facts, id), JSON.stringify(facts)).toBe(0);
  });

  it.each(ids)('%s is not first in the case of its impostor', (id) => {
    const impostors = causeOf(id).examples.filter(({ expect: expected }) =>
      ['not-first', 'excluded'].includes(expected),
    );
    expect(impostors.length).toBeGreaterThan(0);
    for (const { given, title } of impostors) expect(rankOf(given, id), title).toBeGreaterThan(0);
  });
});

describe('an answer', () => {
  it('rules out exactly the causes that say so, by itself', () => {
    for (const { symptom, answer } of everyAnswer(knowledge)) {
      const expected = ids.filter((id) => causeOf(id)['excluded-by'][symptom]?.answers.includes(answer)).toSorted();
      const { ruledOut } = diagnose(knowledge, [{ symptom, answer }]);
      expect(ruledOut.map(({ cause }) => cause).toSorted(), `${symptom} ${answer}`).toEqual(expected);
    }
  });

  it('that rules a cause out leaves it not a thousandth of its odds, and is named as the reason', () => {
    for (const id of ids)
      for (const [symptom, { answers, because }] of Object.entries(causeOf(id)['excluded-by']))
        for (const answer of answers) {
          const chance = (facts: readonly Given[]) => {
            const { causes, other } = diagnose(knowledge, facts);
            const cause = causes.find((one) => one.id === id);
            return { odds: (cause?.probability ?? 0) / other, ruledOut: cause?.ruledOut };
          };
          const before = chance([]);
          const after = chance([{ symptom, answer }]);
          expect(after.ruledOut, `${id} ${symptom} ${answer}`).toEqual({ symptom, answer, because });
          expect(before.ruledOut).toBeNull();
          // What the answer says as evidence comes on top; no cause calls typical what excludes it.
          expect(after.odds / before.odds, `${id} ${symptom} ${answer}`).toBeLessThan(1 / 1000);
        }
  });

  it('that rules a cause out keeps it from being first, whatever else is typical of it', () => {
    for (const id of ids)
      for (const [symptom, { answers }] of Object.entries(causeOf(id)['excluded-by']))
        for (const answer of answers)
          expect(rankOf({ ...typicalFacts(id), [symptom]: answer }, id), `${id}: ${symptom} ${answer}`).toBeGreaterThan(
            0,
          );
  });
});

it('a build ships the knowledge as it is written, the examples apart', () => {
  const built = builtInKnowledge();
  const withoutExamples = Object.fromEntries(
    Object.entries(knowledge.causes).map(([id, cause]) => [id, { ...cause, examples: [] }]),
  );
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  expect(plain(built.causes)).toEqual(plain(withoutExamples));
  for (const kind of ['symptoms', 'remedies', 'checks', 'guides', 'sources', 'told', 'scale'] as const)
    expect(plain(built[kind]), kind).toEqual(plain(knowledge[kind]));
  expect(built.model).toEqual(knowledge.model);
});
