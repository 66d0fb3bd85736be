/** Facts that nobody chose: any symptoms of a knowledge base with any of their answers. */
import fc from 'fast-check';
import type { Fact } from '../../src/evidence.ts';
import type { Units } from '../../src/knowledge.ts';
import type { Symptom } from '../../src/schema.ts';

const answersOf = ({ symptoms }: Units, symptom: string) => Object.keys((symptoms[symptom] as Symptom).answers);

/** At most `most` facts, one per symptom, as people and files give them. */
export function facts(units: Units, most: number, source?: string): fc.Arbitrary<Fact[]> {
  return fc
    .uniqueArray(fc.constantFrom(...Object.keys(units.symptoms)), { maxLength: most })
    .chain((symptoms) => fc.tuple(...symptoms.map((symptom) => fact(units, symptom, source))));
}

function fact(units: Units, symptom: string, source: string | undefined): fc.Arbitrary<Fact> {
  return fc
    .record({
      answer: fc.constantFrom(...answersOf(units, symptom)),
      source:
        source === undefined
          ? fc.constantFrom('flag', 'interview', 'answers-file', 'train.log:12')
          : fc.constant(source),
      confidence: fc.constantFrom('certain', 'likely', 'weak', undefined),
    })
    .map(({ answer, source, confidence }) => ({ symptom, answer, source, ...(confidence && { confidence }) }));
}

/** Every symptom with every one of its answers. */
export function everyAnswer(units: Units): { symptom: string; answer: string }[] {
  return Object.keys(units.symptoms).flatMap((symptom) =>
    answersOf(units, symptom).map((answer) => ({ symptom, answer })),
  );
}
