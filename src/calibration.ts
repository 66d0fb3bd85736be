/**
 * What it says for a cause that a person tells of a symptom at all, learned from imagined reports.
 *
 * People tell what struck them: whoever has a half-precision overflow mentions the number format, whoever has a wrong
 * label mentions the data. The words of a cause say how likely each answer is; they are silent on whether the symptom
 * is mentioned. Here that remainder is fitted: a multinomial logistic regression over "was told" indicators, on top of
 * the belief that the words give, with a ridge penalty that keeps a weight at nothing unless many reports ask for it.
 */
import { believe } from './belief.ts';
import { settle } from './evidence.ts';
import { compile, type Units } from './knowledge.ts';
import type { ImaginedReport, Told } from './schema.ts';

/** Penalty on the squared weights; 8 to 20 do equally well on real cases. */
const RIDGE = 8;
/** Adam over batches that each hold every so many-th report, with a step that falls to nothing: within 0.05 of the optimum. */
const EPOCHS = 20;
const BATCH = 512;
const STEP = 0.05;
/** Weights are kept to this precision of their logarithm; smaller ones are left out. */
const GRAIN = 0.05;

/** Fits the multipliers. Deterministic; about a second for six thousand reports. */
export function calibrate(units: Units, reports: readonly ImaginedReport[]): Told {
  const knowledge = compile({ ...units, told: {} });
  const { causes, symptoms } = knowledge.model;
  const count = causes.length;
  const width = count + 1;
  const samples = reports.flatMap(({ cause, also, answers, later }) => {
    const isRight = Float64Array.from([...causes, ''], (id) => Number(id === cause || also.includes(id)));
    return [answers, { ...answers, ...later }].map((given) => {
      const { facts } = settle(
        knowledge,
        Object.entries(given).map(([symptom, answer]) => ({ symptom, answer: String(answer), source: 'flag' })),
      );
      // Causes are equally frequent among imagined reports, so the prior is taken out.
      const odds = believe(knowledge, facts).logOdds.map((value, c) => value - (knowledge.model.logPrior[c] as number));
      const told = facts.map(({ symptom }) => (knowledge.model.symptomIndex.get(symptom) as number) * count);
      return { isRight, told, odds };
    });
  });
  const uniform = Math.log((1 - units.scale.prior.other) / count) - Math.log(units.scale.prior.other);
  const weights = new Float64Array(count * symptoms.length);
  const mean = new Float64Array(weights.length);
  const square = new Float64Array(weights.length);
  const gradient = new Float64Array(weights.length);
  const scores = new Float64Array(width);
  const batches = Math.ceil(samples.length / BATCH);
  for (let round = 1; round <= EPOCHS * batches; round++) {
    gradient.fill(0);
    let size = 0;
    for (let at = round % batches; at < samples.length; at += batches, size++) {
      const { isRight, told, odds } = samples[at] as (typeof samples)[number];
      for (let c = 0; c < count; c++) scores[c] = (odds[c] as number) + uniform;
      scores[count] = 0;
      for (const from of told)
        for (let c = 0; c < count; c++) scores[c] = (scores[c] as number) + (weights[from + c] as number);
      let most = 0;
      for (let c = 0; c < count; c++) most = Math.max(most, scores[c] as number);
      let total = 0;
      let mass = 0;
      for (let c = 0; c < width; c++) {
        const weight = Math.exp((scores[c] as number) - most);
        scores[c] = weight;
        total += weight;
        mass += weight * (isRight[c] as number);
      }
      // The slope of the log loss in a score: what is believed, minus what is believed among the right causes only.
      for (let c = 0; c < width; c++) scores[c] = (scores[c] as number) * (1 / total - (isRight[c] as number) / mass);
      for (const from of told)
        for (let c = 0; c < count; c++) gradient[from + c] = (gradient[from + c] as number) + (scores[c] as number);
    }
    const step = STEP * (1 - (round - 1) / (EPOCHS * batches));
    for (let i = 0; i < weights.length; i++) {
      const slope = (gradient[i] as number) + ((RIDGE * size) / samples.length) * (weights[i] as number);
      mean[i] = 0.9 * (mean[i] as number) + 0.1 * slope;
      square[i] = 0.999 * (square[i] as number) + 0.001 * slope * slope;
      const pace =
        (mean[i] as number) / (1 - 0.9 ** round) / (Math.sqrt((square[i] as number) / (1 - 0.999 ** round)) + 1e-8);
      weights[i] = (weights[i] as number) - step * pace;
    }
  }
  return Object.fromEntries(
    causes.map((cause, c) => {
      const own: Record<string, number> = {};
      symptoms.forEach(({ id }, s) => {
        // What is told more often with every cause tells nothing.
        let average = 0;
        for (let other = 0; other < count; other++) average += (weights[s * count + other] as number) / count;
        const log = Math.round(((weights[s * count + c] as number) - average) / GRAIN) * GRAIN;
        if (Math.abs(log) >= GRAIN / 2) own[id] = Number(Math.exp(log).toFixed(2));
      });
      return [cause, own];
    }),
  );
}
