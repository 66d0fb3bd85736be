/** `docs/engine.md`: how belief and questions work, with the numbers of one example, computed by the engine itself. */
import { believe } from '../src/belief.ts';
import { type Finding, settle } from '../src/evidence.ts';
import type { Knowledge } from '../src/knowledge.ts';
import { rankQuestions } from '../src/question.ts';
import type { Cause, Symptom } from '../src/schema.ts';

const GIVEN = ['--loss-trend growing', '--lr 0.5', '--optimizer sgd', '--lower-lr-test fixes'] as const;
const FOLLOWED = ['lr-too-high', 'exploding-gradients', 'unscaled-input', 'log-of-zero'] as const;

const findings = (flags: readonly string[]): Finding[] =>
  flags.map((flag) => {
    const [name = '', answer = ''] = flag.slice(2).split(' ');
    return { symptom: name, answer, source: 'flag' };
  });

const plain = (value: number) => (value >= 100 ? Math.round(value).toString() : value.toPrecision(2));
const times = (log: number) => `× ${plain(Math.exp(log))}`;
const percent = (share: number) => `${plain(share * 100)} %`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The page. */
export function enginePage(knowledge: Knowledge): string {
  const { model, scale } = knowledge;
  const evidence = settle(knowledge, findings(GIVEN));
  const before = believe(knowledge, []);
  const after = believe(knowledge, evidence.facts);
  const indices = FOLLOWED.map((id) => model.causes.indexOf(id));
  const nameOf = (index: number) => (knowledge.causes[model.causes[index] as string] as Cause).name;
  const symptoms = evidence.facts.map((fact) => {
    const symptom = model.symptoms[model.symptomIndex.get(fact.symptom) as number] as (typeof model.symptoms)[number];
    return { fact, symptom, answer: symptom.answers.indexOf(fact.answer) };
  });
  const groupNames = symptoms.map(({ symptom }) => scale.groups[symptom.group]?.name ?? '');
  const shared = groupNames.find((name, index) => name !== '' && groupNames.indexOf(name) !== index) ?? '';
  const sharedGroup = scale.groups.findIndex(({ name }) => name === shared);
  const inGroup = symptoms.filter(({ symptom }) => symptom.group === sharedGroup);
  const alone = (c: number) =>
    inGroup.map(({ symptom, answer }) => symptom.log[answer * model.causes.length + c] as number);
  const groupLog = (group: number, c: number) => {
    const own = after.groups.get(group);
    const root = 1 / scale['group-exponent'];
    return own === undefined ? 0 : (own.pro[c] as number) ** root - (own.contra[c] as number) ** root;
  };
  const told = (c: number) => symptoms.reduce((sum, { symptom }) => sum + (symptom.told[c] as number), 0);
  const groups = [...new Set(symptoms.map(({ symptom }) => symptom.group))];
  const labelOf = (group: number) =>
    symptoms
      .filter(({ symptom }) => symptom.group === group)
      .map(({ fact }) => `\`${fact.symptom}\` ${fact.answer}`)
      .join(' with ');
  const early = settle(knowledge, findings(GIVEN.slice(0, 2)));
  const questions = rankQuestions(knowledge, early, believe(knowledge, early.facts));
  const first = model.symptoms[model.symptomIndex.get('loss-trend') as number] as (typeof model.symptoms)[number];
  const trend = knowledge.symptoms['loss-trend'] as Symptom;
  const words = knowledge.causes['lr-too-high']?.evidence['loss-trend']?.words ?? {};
  return `# How it decides

One page, no mathematics beyond multiplication. All numbers here are computed by the program when this page is made.

## What is known about a cause

A cause does not say "the loss grows in 73 % of my cases": nobody knows such numbers. It says with a word how an answer compares with the average failed
run, and [\`scale.yaml\`](../knowledge/scale.yaml) says once for all what the words mean:

${table(Object.keys(scale.strengths), [Object.values(scale.strengths).map((value) => `× ${value}`)])}

For *${nameOf(model.causes.indexOf('lr-too-high'))}* and the [loss trend](symptoms.md#loss-trend) the words give:

${table(
  ['answer', 'share of all failed runs', 'word', 'how much more often here'],
  first.answers.map((answer, a) => [
    trend.answers[answer]?.label ?? answer,
    percent(first.base[a] as number),
    words[answer] ?? (words.others === undefined ? '' : `${words.others} (others)`),
    `× ${(first.lift[a * model.causes.length + model.causes.indexOf('lr-too-high')] as number).toPrecision(2)}`,
  ]),
)}

The last column is normalised: over all answers it averages to 1. Writing more words does not make a cause louder.

## From facts to belief

Belief is odds: how much more probable is this cause than "none of the known ones". Every fact multiplies the odds. An example:

\`\`\`console
$ whynan ${GIVEN.join(' ')} --top 3 | head -n 12
\`\`\`

Step by step, for four of the ${model.causes.length} causes:

${table(
  ['', ...indices.map(nameOf)],
  [
    ['odds before anything is known', ...indices.map((c) => Math.exp(model.logPrior[c] as number).toPrecision(2))],
    ...groups.map((group) => [labelOf(group), ...indices.map((c) => times(groupLog(group, c)))]),
    ['that these were told at all', ...indices.map((c) => times(told(c)))],
    ['**odds**', ...indices.map((c) => `**${plain(Math.exp(after.logOdds[c] as number))}**`)],
    ['probability', ...indices.map((c) => percent(after.probabilities[c] as number))],
    ['(before)', ...indices.map((c) => percent(before.probabilities[c] as number))],
  ],
)}

- **Priors.** \`base-rate\` in the cause's file, mixed with counts of real reports (\`prior\` in scale.yaml). "None of these" starts at ${percent(scale.prior.other)}.
- **Doubt.** An answer may be wrong: with a chance of ${percent(scale.doubt.likely)} it says nothing. So no odd answer kills a cause.
- **Trust.** A check made on purpose counts more than an observation, and that more than context (exponents ${scale.trust.check}, ${scale.trust.observation}, ${scale.trust.context}).
- **Groups.** Some symptoms say the same thing twice. ${scale.groups[sharedGroup]?.because ?? ''} Within a group the evidence is combined like the sides of a right
  triangle. For *${nameOf(indices[0] as number)}*, ${inGroup.map(({ fact }, i) => `\`${fact.symptom}\` alone is ${times(alone(indices[0] as number)[i] as number)}`).join(' and ')};
  together they are ${times(groupLog(sharedGroup, indices[0] as number))} and not ${times(alone(indices[0] as number).reduce((sum, log) => sum + log, 0))}.
- **Told.** People tell what struck them. With a half-precision overflow they mention the number format, with a wrong label the data. So it says something
  *that* a symptom is told, whatever the answer: [\`told.yaml\`](../knowledge/told.yaml) is fitted to imagined reports. What was read from a file was told by nobody and
  gets no such factor. An answer to a question counts as told: the same answers give the same report, as flags or in an interview. Here, *${nameOf(indices[0] as number)}*: ${symptoms.map(({ fact, symptom }) => `\`${fact.symptom}\` ${times(symptom.told[indices[0] as number] as number)}`).join(', ')}.
- **Ruled out.** Only arithmetic or definition does that: no float16 overflow in float32. The odds are then multiplied with ${scale.excluded}.
- **Together.** Where two answers mean more, or less, together than each alone, the cause's file says so and a further factor is used.

At the end odds become probabilities that sum to 1 with "none of these".

## When something stands out

The report says "most likely" and ends with status 0 if a cause has at least ${percent(scale.diagnosed.probability)} and ${scale.diagnosed.lead} times the next one. An interview stops at ${percent(scale.stop.probability)}, or
when no question can teach ${scale.stop.gain} bits any more.

## Which question comes next

For every open question: imagine each answer, as probable as it is by now, and see how much less uncertain that leaves us. That is its gain, in bits. It is multiplied
with the chance that a person can answer and divided by what answering costs:

${table(
  ['effort', 'chance of an answer', 'cost'],
  Object.entries(scale.effort).map(([effort, { answerable, cost }]) => [effort, percent(answerable), String(cost)]),
)}

After \`${GIVEN.slice(0, 2).join(' ')}\` the best questions are:

${table(
  ['question', 'gain', 'effort', 'value'],
  questions
    .slice(0, 5)
    .map(({ symptom, gain, value }) => [
      `[${(knowledge.symptoms[symptom] as Symptom).question}](symptoms.md#${symptom})`,
      `${gain.toFixed(2)} bits`,
      (knowledge.symptoms[symptom] as Symptom).effort,
      value.toFixed(3),
    ]),
)}

A question that makes no sense for the run (pooling for a transformer) is not asked: \`ask-unless\` and \`ask-when\` in the symptom's file. "Not sure" changes nothing and
the question is not asked again.

## The checklist

Each confirming test and each remedy of the likely causes, ordered by the chance that it ends the search, divided by its effort. The chance is the cause's probability times
what the kind of step is good for: ${Object.entries(scale.remedy)
    .filter(([kind]) => kind !== 'next-in-line')
    .map(([kind, chance]) => `${kind} ${chance}`)
    .join(', ')}; each further remedy of the same cause counts ${scale.remedy['next-in-line']} of the one before.

## Where it is in the code

| what | where |
| --- | --- |
| words to numbers | \`src/knowledge.ts\` |
| facts, conflicts between them | \`src/evidence.ts\` |
| belief | \`src/belief.ts\` |
| the next question | \`src/question.ts\` |
| the report | \`src/diagnosis.ts\` |
| fitting \`told.yaml\` | \`src/calibration.ts\` |
| how often it is right | \`bench/evaluate.ts\` |
`;
}
