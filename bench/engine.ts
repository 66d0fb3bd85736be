/** `npm run bench:engine`: what one diagnosis costs once it is warm, on the built-in knowledge and on generated ones. */
import { diagnose, type Given } from '../src/diagnosis.ts';
import { builtInKnowledge } from '../src/files.ts';
import { compile, type Knowledge } from '../src/knowledge.ts';
import type { Symptom } from '../src/schema.ts';
import { generatedUnits, sequence } from './generated.ts';

const FACTS = 6;
const SYMPTOMS = 500;
const SIZES = [250, 500, 1000] as const;

interface Subject {
  readonly name: string;
  readonly knowledge: Knowledge;
  readonly top?: number;
  readonly random: () => number;
  readonly times: number[];
}

const subject = (name: string, knowledge: Knowledge, top?: number): Subject => ({
  name,
  knowledge,
  ...(top === undefined ? {} : { top }),
  random: sequence(1),
  times: [],
});

/** One diagnosis with the next question, of facts that change from run to run, in milliseconds. */
function measure({ knowledge, top, random }: Subject): number {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const ids = Object.keys(knowledge.symptoms);
  const facts = [...new Set(Array.from({ length: FACTS }, () => pick(ids)))].map(
    (symptom): Given => ({
      symptom,
      answer: pick(Object.keys((knowledge.symptoms[symptom] as Symptom).answers)),
    }),
  );
  const begin = process.hrtime.bigint();
  diagnose(knowledge, facts, { keepAsking: true, ...(top === undefined ? {} : { top }) });
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

/** Measures the subjects in turn, so that what else the machine does meets all of them alike. */
function run(subjects: readonly Subject[], warmUp: number, rounds: number): void {
  for (let round = -warmUp; round < rounds; round++)
    for (const one of subjects) {
      const time = measure(one);
      if (round >= 0) one.times.push(time);
    }
  for (const { times } of subjects) times.sort((a, b) => a - b);
}

const at = ({ times }: Subject, share: number) =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;

function print(one: Subject): void {
  const causes = one.knowledge.model.causes.length;
  const figures = [at(one, 0.5), at(one, 0.95), (at(one, 0.5) * 1000) / causes].map((value) =>
    value.toFixed(2).padStart(10),
  );
  console.log(`${one.name.padEnd(30)}${figures.join('')}`);
}

const builtIn = builtInKnowledge();
const real = [subject('built-in, all causes told', builtIn), subject('built-in, five causes told', builtIn, 5)];
const generated = SIZES.map((causes) => {
  const size = { causes, symptoms: SYMPTOMS, words: 40, combinations: 0 };
  return subject(`${causes} causes x ${SYMPTOMS} symptoms`, compile(generatedUnits(1, size, builtIn.scale)));
});
run(real, 300, 1000);
run(generated, 40, 120);
console.log(
  `${'diagnose(), warm'.padEnd(30)}${'median ms'.padStart(10)}${'p95 ms'.padStart(10)}${'us/cause'.padStart(10)}`,
);
for (const one of [...real, ...generated]) print(one);
const [smallest, , largest] = generated as [Subject, Subject, Subject];
console.log(
  `\nfour times the causes take ${(at(largest, 0.5) / at(smallest, 0.5)).toFixed(1)} times as long (linear: at most 4)`,
);
