/** The next question: the one with the largest expected gain of information for the effort it costs. */
import { type Belief, believe, combined } from './belief.ts';
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
  const { start, causes } = model;
  const count = model.presentations.length;
  const power = scale['group-exponent'];
  const doubt = scale.doubt.likely;
  const group = belief.groups.get(symptom.group);
  // Weight of every presentation in the present belief, relative to `other` and scaled to be representable.
  const within = presentationWeights(knowledge, belief);
  let remaining = 0;
  let mass = 0;
  for (let a = 0; a < symptom.answers.length; a++) {
    const excluded = symptom.excludes[a] as readonly number[];
    let predicted = belief.other;
    let total = belief.other;
    let weighted = belief.other > 0 ? belief.other * Math.log(belief.other) : 0;
    for (let c = 0; c < causes.length; c++) {
      let posterior = 0;
      for (let p = start[c] as number; p < (start[c + 1] as number); p++) {
        const weight = within[p] as number;
        const cell = a * count + p;
        predicted += weight * doubted(symptom.lift[cell] as number, doubt);
        posterior += weight * (group === undefined ? (symptom.factor[cell] as number) : regrouped(group, symptom.factor[cell] as number, p, power));
      }
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

/** How a further fact of a group changes the odds of a presentation, given what the group says already. */
function regrouped(group: { pro: Float64Array; contra: Float64Array }, factor: number, p: number, power: number): number {
  const pro = group.pro[p] as number;
  const contra = group.contra[p] as number;
  const log = Math.log(factor);
  const before = combined(pro, contra, power);
  const after =
    log > 0 ? combined(pro + log ** power, contra, power) : combined(pro, contra + (-log) ** power, power);
  return Math.exp(after - before);
}

function presentationWeights({ model }: Knowledge, belief: Belief): Float64Array {
  const weights = new Float64Array(model.presentations.length);
  for (let c = 0; c < model.causes.length; c++) {
    const from = model.start[c] as number;
    const to = model.start[c + 1] as number;
    let most = Number.NEGATIVE_INFINITY;
    for (let p = from; p < to; p++) most = Math.max(most, belief.patterns[p] as number);
    let sum = 0;
    for (let p = from; p < to; p++) sum += weights[p] = Math.exp((belief.patterns[p] as number) - most);
    for (let p = from; p < to; p++) weights[p] = ((weights[p] as number) / sum) * (belief.probabilities[c] as number);
  }
  return weights;
}

function entropy(probabilities: Float64Array, other: number): number {
  let sum = other > 0 ? other * Math.log(other) : 0;
  for (const p of probabilities) if (p > 0) sum += p * Math.log(p);
  return -sum;
}
