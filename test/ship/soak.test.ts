/** Random interviews and random facts: no crash, no NaN of our own, no dead end. WHYNAN_SOAK=1 runs the full counts. */
import { describe, expect, it } from 'vitest';
import { diagnose, type Given, type Report } from '../../src/diagnosis.ts';
import { builtInKnowledge } from '../../src/files.ts';
import type { Symptom } from '../../src/schema.ts';

const knowledge = builtInKnowledge();
const symptoms = Object.keys(knowledge.symptoms);
const full = process.env.WHYNAN_SOAK !== undefined;

/** Mulberry32: the same interviews in every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const pick = <T>(list: readonly T[], chance: () => number): T => list[Math.floor(chance() * list.length)] as T;
const answerTo = (symptom: string, chance: () => number): Given => {
  if (symptom === 'lr-value' && chance() < 0.5) return { symptom, answer: String(10 ** (chance() * 40 - 30)) };
  return {
    symptom,
    answer: chance() < 0.2 ? 'unsure' : pick(Object.keys((knowledge.symptoms[symptom] as Symptom).answers), chance),
  };
};

/** Where the numbers of a value are not finite. */
function nonFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => nonFinite(inner, `${path}.${key}`));
}

/** What is wrong with a report: numbers, sums, questions that are no way on, or nothing left to do. */
function faults(report: Report, given: readonly Given[]): string[] {
  const sum = report.causes.reduce((total, { probability }) => total + probability, report.other);
  const { next, checklist, verdict } = report;
  return [
    ...nonFinite(report),
    ...(Math.abs(sum - 1) < 1e-9 ? [] : [`the probabilities sum to ${sum}`]),
    ...(report.causes.every(({ probability }) => probability >= 0 && probability <= 1) ? [] : ['a probability']),
    ...(checklist.length > 0 ? [] : ['nothing to do']),
    ...(verdict === 'nothing-nonfinite' ? ['a verdict on files that nobody read'] : []),
    ...(next !== null && given.some(({ symptom }) => symptom === next.symptom) ? [`asks ${next.symptom} again`] : []),
    ...(next !== null && next.answers.length < 2 ? [`${next.symptom} has no choice of answers`] : []),
  ];
}

function judge(given: readonly Given[], keepAsking: boolean): Report {
  const report = diagnose(knowledge, given, { top: 3, keepAsking });
  const found = faults(report, given);
  if (found.length > 0) expect.fail(`${found.join(', ')} after ${JSON.stringify(given)}`);
  return report;
}

describe('soak', () => {
  it(`survives ${full ? 10_000 : 300} random interviews, each of which ends`, { timeout: 600_000 }, () => {
    const chance = chances(1);
    for (let interview = 0; interview < (full ? 10_000 : 300); interview++) {
      const given: Given[] = [];
      for (let asked = 0; ; asked++) {
        const report = judge(given, chance() < 0.1);
        if (report.next === null) break;
        expect(asked).toBeLessThan(symptoms.length);
        given.push({ ...answerTo(report.next.symptom, chance), source: 'interview' });
      }
    }
  });

  it(`survives ${full ? 100_000 : 3000} random sets of flags`, { timeout: 900_000 }, () => {
    const chance = chances(2);
    for (let set = 0; set < (full ? 100_000 : 3000); set++) {
      const given = Array.from({ length: Math.floor(chance() * 12) }, () => pick(symptoms, chance)).map((symptom) =>
        answerTo(symptom, chance),
      );
      judge(given, false);
    }
  });
});
