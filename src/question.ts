/** The next question: the one with the largest expected gain of information for the effort it costs. */
import { type Belief, believe, combined, type GroupEvidence } from './belief.ts';
import type { Evidence, Fact } from './evidence.ts';
import { doubted, type Knowledge, type SymptomModel } from './knowledge.ts';
import type { Symptom } from './schema.ts';

export interface Question {
  readonly symptom: string;
  /** Expected fall of the entropy over causes when it is answered, in bits. */
  readonly gain: number;
  /** Gain for the effort: what questions are ordered by. */
  readonly value: number;
}

/** Whether a question makes sense for a run of which these facts are known. */
export function applies({ symptoms }: Knowledge, id: string, facts: readonly Fact[]): boolean {
  const symptom = symptoms[id] as Symptom;
  const holds = ([on, answers]: [string, readonly string[]]) =>
    facts.some((fact) => fact.symptom === on && answers.includes(fact.answer));
  if (Object.entries(symptom['ask-unless']).some(holds)) return false;
  const when = Object.entries(symptom['ask-when']);
  return when.length === 0 || when.some(holds);
}

/** Every question that makes sense and is not answered yet, the most useful first. */
export function rankQuestions(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question[] {
  const { model, scale } = knowledge;
  const known = new Set([...evidence.facts.map(({ symptom }) => symptom), ...evidence.unsure]);
  const now = entropy(belief.probabilities, belief.other);
  const questions: Question[] = [];
  for (const symptom of model.symptoms) {
    if (known.has(symptom.id) || !applies(knowledge, symptom.id, evidence.facts)) continue;
    const gain = Math.max(0, now - expectedEntropy(knowledge, belief, symptom)) / Math.LN2;
    const { cost, answerable } = scale.effort[(knowledge.symptoms[symptom.id] as Symptom).effort];
    questions.push({ symptom: symptom.id, gain, value: (gain * answerable) / cost });
  }
  return questions.sort((a, b) => b.value - a.value || (a.symptom < b.symptom ? -1 : 1));
}

/** The next question worth asking; null when a cause stands out or nothing more can be learned. */
export function nextQuestion(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question | null {
  const { stop } = knowledge.scale;
  if (Math.max(...belief.probabilities) >= stop.probability) return null;
  return moreQuestions(knowledge, evidence, belief);
}

/** The next question for somebody who wants to go on although a cause stands out. */
export function moreQuestions(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question | null {
  const least = knowledge.scale.stop.gain;
  return rankQuestions(knowledge, evidence, belief).find(({ gain }) => gain >= least) ?? null;
}

/** What each answer to a symptom would do: the belief it leads to, and how probable it is. */
export function whatIf(knowledge: Knowledge, evidence: Evidence, symptom: string): { answer: string; belief: Belief }[] {
  const others = evidence.facts.filter((fact) => fact.symptom !== symptom);
  return Object.keys((knowledge.symptoms[symptom] as Symptom).answers).map((answer) => ({
    answer,
    belief: believe(knowledge, [...others, { symptom, answer, source: 'interview' }]),
  }));
}

/** Entropy in nats that is expected to remain once the symptom is answered. */
function expectedEntropy(knowledge: Knowledge, belief: Belief, symptom: SymptomModel): number {
  const { model, scale } = knowledge;
  const count = model.causes.length;
  const power = scale['group-exponent'];
  const doubt = scale.doubt.likely;
  const group = belief.groups.get(symptom.group);
  const { probabilities, other } = belief;
  const told = symptom.told.map(Math.exp);
  let remaining = 0;
  let mass = 0;
  for (let a = 0; a < symptom.answers.length; a++) {
    const excluded = symptom.excludes[a] as readonly number[];
    let predicted = other;
    let total = other;
    let weighted = other > 0 ? other * Math.log(other) : 0;
    for (let c = 0; c < count; c++) {
      const p = probabilities[c] as number;
      if (p < NEGLIGIBLE) continue;
      const cell = a * count + c;
      predicted += p * doubted(symptom.lift[cell] as number, doubt);
      const factor = symptom.factor[cell] as number;
      let posterior = p * (told[c] as number) * (group === undefined ? factor : regrouped(group, factor, c, power));
      if (excluded.length > 0 && excluded.includes(c)) posterior *= scale.excluded;
      total += posterior;
      if (posterior > 0) weighted += posterior * Math.log(posterior);
    }
    const probability = predicted * (symptom.base[a] as number);
    mass += probability;
    remaining += probability * (Math.log(total) - weighted / total);
  }
  return remaining / mass;
}

/** A cause less probable than this changes no question. */
const NEGLIGIBLE = 1e-7;

/** How a further fact of a group changes the odds of a cause, given what the group says already. */
function regrouped({ pro, contra }: GroupEvidence, factor: number, c: number, power: number): number {
  const log = Math.log(factor);
  const before = combined(pro[c] as number, contra[c] as number, power);
  const after =
    log > 0
      ? combined((pro[c] as number) + log ** power, contra[c] as number, power)
      : combined(pro[c] as number, (contra[c] as number) + (-log) ** power, power);
  return Math.exp(after - before);
}

function entropy(probabilities: Float64Array, other: number): number {
  let sum = other > 0 ? other * Math.log(other) : 0;
  for (const p of probabilities) if (p > 0) sum += p * Math.log(p);
  return -sum;
}
