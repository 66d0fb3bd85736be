/**
 * What is known about a run: findings with their origin, and how they are settled into one answer per symptom.
 */
import { closest, distance } from 'fastest-levenshtein';
import type { Knowledge } from './knowledge.ts';
import type { Symptom } from './schema.ts';
import { printable } from './untrusted.ts';

/** How sure the maker of a finding is. `scale.yaml` says what each word means for belief. */
export type Confidence = 'certain' | 'likely' | 'weak';

/** One observed fact: a symptom and the answer to it. */
export interface Finding {
  /** Identifier of a symptom. */
  readonly symptom: string;
  /** Identifier of an answer, `unsure`, or a number as text for a symptom that takes numbers (`0.001`). */
  readonly answer: string;
  /** `flag`, `answers-file`, `interview`, or `<file>:<line>`. */
  readonly source: string;
  /** What was seen, in a few words, for the reader of the report. Untrusted text: escape it on output. */
  readonly detail?: string;
  readonly confidence?: Confidence;
}

/** A finding that holds: its answer is one of the symptom's answers. */
export interface Fact extends Finding {
  /** The number behind the answer, as it was given. */
  readonly number?: number;
}

export interface Conflict {
  readonly symptom: string;
  readonly kept: Fact;
  readonly dropped: readonly Fact[];
}

export interface Evidence {
  /** One fact per symptom, in the order in which they were first given. */
  readonly facts: readonly Fact[];
  /** Symptoms answered with `unsure`: no evidence, and not asked again. */
  readonly unsure: ReadonlySet<string>;
  readonly conflicts: readonly Conflict[];
}

/** A mistake of the person who gives facts, with what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Also true for an error of another part of the built program, which has a class of its own. */
export const isUsageError = (error: unknown): error is UsageError =>
  error instanceof Error && error.name === 'UsageError';

export const UNSURE = 'unsure';

/** Whether a finding was read from an artifact of the run, and not told by a person. */
export const isFromFile = ({ source }: Finding): boolean => /:\d+$/.test(source);

/** What a person says last beats what they said before, a flag beats a file, a file beats what an artifact shows. */
const PRECEDENCE = ['interview', 'flag', 'answers-file'];
const rank = (finding: Finding): number => {
  if (isFromFile(finding))
    return PRECEDENCE.length + ['certain', 'likely', 'weak'].indexOf(finding.confidence ?? 'likely');
  const place = PRECEDENCE.indexOf(finding.source);
  return place >= 0 ? place : PRECEDENCE.indexOf('flag');
};

/**
 * One fact per symptom out of any findings. Numbers become the answer that their size means for this run, which may
 * depend on other facts. Losers are kept as conflicts where their answer differs.
 * @throws {UsageError} for a symptom or an answer that does not exist
 */
export function settle(knowledge: Knowledge, findings: readonly Finding[]): Evidence {
  const checked = findings.map((finding) => legal(knowledge, finding));
  const bySymptom = new Map<string, Fact[]>();
  for (const fact of checked) bySymptom.set(fact.symptom, [...(bySymptom.get(fact.symptom) ?? []), fact]);
  const winners = new Map<string, Fact>();
  for (const [symptom, facts] of bySymptom) {
    const given = facts.some(({ answer }) => answer !== UNSURE);
    // What a person is unsure of may still stand in a file, unless they withdrew it in the interview.
    const candidates = given
      ? facts.filter(({ answer, source }) => answer !== UNSURE || source === 'interview')
      : facts;
    winners.set(
      symptom,
      candidates.reduce((best, fact) => (rank(fact) < rank(best) ? fact : best)),
    );
  }
  const banded = (fact: Fact): Fact => band(knowledge, fact, winners);
  const facts: Fact[] = [];
  const unsure = new Set<string>();
  const conflicts: Conflict[] = [];
  for (const [symptom, winner] of winners) {
    if (winner.answer === UNSURE) {
      unsure.add(symptom);
      continue;
    }
    const kept = banded(winner);
    facts.push(kept);
    const dropped = (bySymptom.get(symptom) as Fact[])
      .map(banded)
      .filter(({ answer }) => answer !== UNSURE && answer !== kept.answer);
    if (dropped.length > 0) conflicts.push({ symptom, kept, dropped });
  }
  return { facts, unsure, conflicts };
}

/**
 * Bands a number: the first row whose conditions all hold for what is known. The rows are the knowledge's; conditions
 * on a fact that is itself a number are not resolved further.
 */
function band(knowledge: Knowledge, fact: Fact, known: ReadonlyMap<string, Fact>): Fact {
  const { number } = fact;
  const rule = knowledge.symptoms[fact.symptom]?.number;
  if (number === undefined || rule === undefined || fact.answer === 'non-finite') return fact;
  const holds = (when: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(when).every(([symptom, answers]) => answers.includes(known.get(symptom)?.answer ?? ''));
  const row = rule.bands.find(({ when }) => holds(when));
  if (row === undefined) return { ...fact, answer: UNSURE };
  const half = holds({ dtype: ['float16', 'mixed-float16'] }) ? (rule['half-precision-factor'] ?? 1) : 1;
  const answer =
    number > row['very-high-above'] / half
      ? 'very-high'
      : number > row['high-above']
        ? 'high'
        : number < row['low-below']
          ? 'low'
          : 'usual';
  return { ...fact, answer };
}

/** Checks one finding and writes its answer canonically: aliases resolved, numbers read. */
export function legal(knowledge: Knowledge, finding: Finding): Fact {
  const id = symptomId(knowledge, finding.symptom);
  const symptom = knowledge.symptoms[id] as Symptom;
  const text = String(finding.answer).trim();
  const word = text.toLowerCase().replaceAll(/[\s_]+/g, '-');
  if (word === UNSURE) return { ...finding, symptom: id, answer: UNSURE };
  if (Object.hasOwn(symptom.answers, word)) return { ...finding, symptom: id, answer: word };
  for (const [answer, { aliases }] of Object.entries(symptom.answers))
    if (aliases.includes(word)) return { ...finding, symptom: id, answer };
  if (symptom.number !== undefined) {
    if (/^[-+]?(nan|inf(inity)?)$/i.test(text))
      return { ...finding, symptom: id, answer: 'non-finite', number: Number.NaN };
    const number = text === '' ? Number.NaN : Number(text);
    if (number < 0)
      throw new UsageError(`--${id}: ${printable(text)} is negative, and a ${symptom.number.unit} is not.`);
    if (Number.isFinite(number)) return { ...finding, symptom: id, answer: text, number };
  }
  throw new UsageError(wrongAnswer(id, symptom, text));
}

function wrongAnswer(id: string, symptom: Symptom, text: string): string {
  const answers = Object.keys(symptom.answers);
  const known = answers.flatMap((answer) => [answer, ...(symptom.answers[answer]?.aliases ?? [])]);
  const near = text === '' ? '' : nearest(text.toLowerCase(), known);
  const number = symptom.number ? `a number (${symptom.number.unit}) or one of ` : '';
  return `--${id}: "${printable(text)}" is not an answer. Write ${number}${answers.join(', ')}, unsure.${near ? ` Did you mean "${near}"?` : ''}`;
}

/** Resolves a symptom's identifier or one of its other names. */
export function symptomId(knowledge: Knowledge, name: string): string {
  if (Object.hasOwn(knowledge.symptoms, name)) return name;
  const known = Object.entries(knowledge.symptoms);
  const alias = known.find(([, { flags }]) => flags.includes(name));
  if (alias) return alias[0];
  const near = nearest(
    name,
    known.flatMap(([id, { flags }]) => [id, ...flags]),
  );
  throw new UsageError(
    `"${printable(name)}" is not a symptom.${near ? ` Did you mean "${near}"?` : ''} \`whynan explain\` lists them.`,
  );
}

/** The most similar of the known words, or '' where none is similar enough to be meant. */
export function nearest(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const prefix = known.find((candidate) => word.length >= 3 && candidate.startsWith(word));
  if (prefix) return prefix;
  const candidate = closest(word.slice(0, 60), [...known]);
  const most = Math.max(1, Math.floor(Math.max(word.length, candidate.length) * 0.4));
  return distance(word, candidate) <= most ? candidate : '';
}
