import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { transition } from 'xstate';
import { parse } from 'yaml';
import { type Case, play } from '../../bench/evaluate.ts';
import { fold } from '../../flows/fold.ts';
import { standings } from '../../flows/trail.ts';
import { troubleshoot } from '../../flows/troubleshoot.ts';
import { builtInKnowledge } from '../../src/files.ts';

const cases = parse(readFileSync(join(import.meta.dirname, '../cases/cases.yaml'), 'utf8')) as Case[];
const knowledge = builtInKnowledge();
const machine = troubleshoot(knowledge);
const standing = standings(knowledge);
const MOST_QUESTIONS = 12;

it('asks and believes in a cold interview over all cases what the measurement of accuracy does', () => {
  for (const item of cases) {
    const known: Readonly<Record<string, string | number>> = { ...item.answers, ...item.later };
    let at = fold(machine, [], 'begin');
    const questions: string[] = [];
    while (questions.length < MOST_QUESTIONS) {
      const { place } = standing(at.context.trail);
      if (place.at !== 'asking') break;
      questions.push(place.symptom);
      const answer = known[place.symptom];
      [at] = transition(
        machine,
        at,
        answer === undefined ? { type: 'unsure' } : { type: 'answer', answer: String(answer) },
      );
    }
    const measured = play(knowledge, item, 'cold-interview');
    expect(questions, item.id).toEqual(measured.questions);
    const { belief } = standing(at.context.trail);
    const ranked = measured.ranking.filter(({ cause }) => cause !== 'other');
    for (const { cause, probability } of ranked)
      expect(belief.probabilities[knowledge.model.causes.indexOf(cause)]).toBe(probability);
  }
});
