/** The next question: the one with the largest expected gain of information for the effort it costs. */
import { type Belief, believe, combined, type GroupEvidence, raised } from './belief.ts';
import type { Evidence, Fact } from './evidence.ts';
import type { Knowledge, SymptomModel } from './knowledge.ts';
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
  const { 'ask-unless': unless, 'ask-when': when } = symptoms[id] as Symptom;
  const holds = ([on, answers]: [string, readonly string[]]) =>
    facts.some((fact) => fact.symptom === on && answers.includes(fact.answer));
  if (Object.entries(unless).some(holds)) return false;
  const needed = Object.entries(when);
  return needed.length === 0 || needed.some(holds);
}

/** Every question that makes sense, is not answered yet and can teach something, the most useful first. */
export function rankQuestions(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question[] {
  const { model, scale } = knowledge;
  const known = new Set([...evidence.facts.map(({ symptom }) => symptom), ...evidence.unsure]);
  const now = entropy(belief);
  const active: Active[] = [];
  belief.probabilities.forEach((p, cause) => {
    if (p >= NEGLIGIBLE) active.push({ cause, p, log: Math.log(p) });
  });
  const questions: Question[] = [];
  for (const symptom of model.symptoms) {
    if (known.has(symptom.id) || !applies(knowledge, symptom.id, evidence.facts)) continue;
    const gain = (now - expectedEntropy(knowledge, belief, symptom, active)) / Math.LN2;
    if (gain < scale.stop.gain) continue;
    const { cost, answerable } = scale.effort[(knowledge.symptoms[symptom.id] as Symptom).effort];
    questions.push({ symptom: symptom.id, gain, value: (gain * answerable) / cost });
  }
  // The gain alone would open with a trace that few people have at hand.
  const opening = known.size === 0 ? scale.opening : null;
  return questions.sort(
    (a, b) =>
      Number(b.symptom === opening) - Number(a.symptom === opening) ||
      b.value - a.value ||
      (a.symptom < b.symptom ? -1 : 1),
  );
}

/** Whether a cause is so probable that asking on is not needed. */
export function isSettled({ scale }: Knowledge, { probabilities }: Belief): boolean {
  return probabilities.some((p) => p >= scale.stop.probability);
}

/** The next question worth asking; null when a cause stands out or nothing more can be learned. */
export function nextQuestion(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question | null {
  return isSettled(knowledge, belief) ? null : moreQuestions(knowledge, evidence, belief);
}

/** The next question for somebody who wants to go on although a cause stands out. */
export function moreQuestions(knowledge: Knowledge, evidence: Evidence, belief: Belief): Question | null {
  return rankQuestions(knowledge, evidence, belief)[0] ?? null;
}

/** What each answer to a symptom would do: the belief it leads to. */
export function whatIf(
  knowledge: Knowledge,
  evidence: Evidence,
  symptom: string,
): { answer: string; belief: Belief }[] {
  const others = evidence.facts.filter((fact) => fact.symptom !== symptom);
  return Object.keys((knowledge.symptoms[symptom] as Symptom).answers).map((answer) => ({
    answer,
    belief: believe(knowledge, [...others, { symptom, answer, source: 'interview' }]),
  }));
}

/** A cause less probable than this changes no question. */
const NEGLIGIBLE = 1e-7;

interface Active {
  readonly cause: number;
  readonly p: number;
  readonly log: number;
}

/**
 * Entropy in nats that is expected to remain once the symptom is answered. One flat loop without calls: at the start of
 * a process it runs uncompiled, and is most of what a diagnosis costs.
 */
function expectedEntropy(
  { model, scale }: Knowledge,
  { other, groups }: Belief,
  { lift, log, told, base, excludes, group: groupIndex }: SymptomModel,
  active: readonly Active[],
): number {
  const count = model.causes.length;
  const doubt = scale.doubt.likely;
  const sure = 1 - doubt;
  const power = scale['group-exponent'];
  const group = groups.get(groupIndex);
  const otherTerm = other > 0 ? other * Math.log(other) : 0;
  let remaining = 0;
  let mass = 0;
  for (let a = 0; a < base.length; a++) {
    const excluded = excludes[a] as readonly number[];
    let predicted = other;
    let total = other;
    let weighted = otherTerm;
    for (let i = 0; i < active.length; i++) {
      const { cause, p, log: logP } = active[i] as Active;
      const cell = a * count + cause;
      predicted += p * (sure * (lift[cell] as number) + doubt);
      let score = logP + (told[cause] as number);
      score += group === undefined ? (log[cell] as number) : regrouped(group, log[cell] as number, cause, power);
      if (excluded.length > 0 && excluded.includes(cause)) score += Math.log(scale.excluded);
      const posterior = Math.exp(score);
      total += posterior;
      weighted += posterior * score;
    }
    const probability = predicted * (base[a] as number);
    mass += probability;
    remaining += probability * (Math.log(total) - weighted / total);
  }
  return remaining / mass;
}

/** By how much a further fact of a group changes the logarithm of a cause's odds, given what the group says already. */
function regrouped({ pro, contra }: GroupEvidence, log: number, c: number, power: number): number {
  const before = combined(pro[c] as number, contra[c] as number, power);
  const after =
    log > 0
      ? combined((pro[c] as number) + raised(log, power), contra[c] as number, power)
      : combined(pro[c] as number, (contra[c] as number) + raised(-log, power), power);
  return after - before;
}

function entropy({ probabilities, other }: Belief): number {
  let sum = other > 0 ? other * Math.log(other) : 0;
  for (const p of probabilities) if (p > 0) sum += p * Math.log(p);
  return -sum;
}
