/** What the wizard shows, as data: the chart's snapshot and where the person is looking. Pure. */

import type { Standing, Trail } from '../../flows/trail.ts';
import type { Snapshot, Troubleshoot } from '../../flows/troubleshoot.ts';
import { type Belief, believe } from '../belief.ts';
import { type Report, type RunSummary, report } from '../diagnosis.ts';
import { type Fact, type Finding, UNSURE } from '../evidence.ts';
import type { Knowledge } from '../knowledge.ts';
import { rankQuestions } from '../question.ts';
import type { Prose } from '../report/document.ts';
import type { Symptom } from '../schema.ts';
import { printable } from '../untrusted.ts';
import type { Screen } from './keys.ts';
import { readNumber } from './number.ts';

/** What stays the same during an interview. */
export interface Desk {
  readonly knowledge: Knowledge;
  readonly machine: Troubleshoot;
  readonly standing: (trail: Trail) => Standing;
  readonly run: RunSummary | null;
  /** A drawing of the run, for a width; empty where none was read. */
  readonly plot: (width: number) => readonly string[];
  /** What reading the files brought to light beside findings. */
  readonly remarks: readonly Prose[];
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Model {
  readonly desk: Desk;
  readonly size: Size;
  readonly snapshot: Snapshot;
  readonly view: View;
  /** Where the session is saved; null where it is not. */
  readonly saving: string | null;
  readonly notice: Notice | null;
  readonly dialog: Dialog | null;
}

/** Where the person is looking; starts afresh on every screen. */
export interface View {
  /** Index of the marked choice, or of the marked cause in the report. */
  readonly cursor: number;
  /** Digits typed so far on a list of ten or more. */
  readonly digits: string;
  /** What the list is narrowed by; null where it is not. */
  readonly filter: string | null;
  /** A number as typed so far. */
  readonly entry: string;
  /** What stands below the choices. */
  readonly panel: 'ranking' | 'why';
  /** Whether the help page covers the screen. */
  readonly help: boolean;
  /** First line shown of a page. */
  readonly scroll: number;
  /** Causes that are unfolded in the report. */
  readonly open: ReadonlySet<string>;
  /** The symptom whose answers are tried, in `supposing`. */
  readonly supposed: string | null;
}

export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'bad';
  /** The other side of a contradiction: one key takes it. */
  readonly theirs?: { readonly symptom: string; readonly answer: string };
}

/** A path is asked for. */
export interface Dialog {
  readonly writes: 'session' | 'markdown' | 'json';
  readonly path: string;
  readonly problem: string | null;
  /** The path that exists already: pressing Enter once more replaces it. */
  readonly replacing: string | null;
}

export const FRESH: View = {
  cursor: 0,
  digits: '',
  filter: null,
  entry: '',
  panel: 'ranking',
  help: false,
  scroll: 0,
  open: new Set(),
  supposed: null,
};

export function screenOf({ snapshot }: Pick<Model, 'snapshot'>): Screen {
  if (snapshot.matches('reviewing')) return 'reviewing';
  if (snapshot.matches('supposing')) return 'supposing';
  if (snapshot.matches({ interview: 'settling' })) return 'settling';
  return snapshot.matches({ interview: 'asking' }) ? 'asking' : 'report';
}

export const standingOf = ({ desk, snapshot }: Model): Standing => desk.standing(snapshot.context.trail);

/** The symptom that is asked about; null where none is. */
export function askedSymptom(model: Model): string | null {
  const screen = screenOf(model);
  if (screen === 'supposing') return model.view.supposed;
  const { place } = standingOf(model);
  if (screen === 'asking') return place.at === 'asking' ? place.symptom : null;
  if (screen === 'settling') return place.at === 'settling' ? place.conflict.symptom : null;
  return null;
}

export const symptomOf = ({ desk }: Model, id: string): Symptom => desk.knowledge.symptoms[id] as Symptom;

/** One row of a list. */
export interface Choice {
  readonly kind: 'answer' | 'number' | 'unsure' | 'fact' | 'symptom';
  /** An answer, or a symptom. */
  readonly id: string;
  readonly label: string;
  /** What stands behind the label, quietly. */
  readonly aside: string;
  /** The key that takes it at once. */
  readonly mark: string;
}

/** The rows of the list on the screen, narrowed by the filter. */
export function choicesOf(model: Model): Choice[] {
  const rows = allChoices(model);
  const words = (model.view.filter ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  const symptom = askedSymptom(model);
  const aliases = (id: string) =>
    symptom === null ? (symptomOf(model, id)?.flags ?? []) : (symptomOf(model, symptom).answers[id]?.aliases ?? []);
  return rows.filter(({ kind, id, label, aside }) => {
    if (kind === 'unsure' || kind === 'number') return false;
    const text = `${label} ${aside} ${id} ${aliases(id).join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function allChoices(model: Model): Choice[] {
  const screen = screenOf(model);
  const { evidence, belief } = standingOf(model);
  const symptom = askedSymptom(model);
  const unsure = (label: string): Choice => ({ kind: 'unsure', id: UNSURE, label, aside: '', mark: 'u' });
  const numbered = (rows: readonly Choice[]) => rows.map((row, index) => ({ ...row, mark: String(index + 1) }));
  if (screen === 'settling') {
    const { place } = standingOf(model);
    if (place.at !== 'settling') return [];
    const sides = [place.conflict.kept, ...place.conflict.dropped].map(
      (fact): Choice => ({
        kind: 'answer',
        id: givenAnswer(fact),
        label: answerLabel(model, fact),
        aside: `(${sourceWords(fact)})`,
        mark: '',
      }),
    );
    return [...numbered(sides), unsure('not sure: use neither')];
  }
  if (symptom !== null) {
    const { answers, number } = symptomOf(model, symptom);
    const fact = evidence.facts.find((known) => known.symptom === symptom);
    const rows = Object.entries(answers).map(
      ([id, { label }]): Choice => ({
        kind: 'answer',
        id,
        label,
        aside: fact?.answer === id ? `(now, ${sourceWords(fact)})` : '',
        mark: '',
      }),
    );
    if (screen === 'supposing') return numbered(rows);
    if (number === undefined) return [...numbered(rows), unsure('not sure')];
    return [{ kind: 'number', id: 'number', label: number.unit, aside: '', mark: '' }, ...rows, unsure('not sure')];
  }
  const facts = evidence.facts.map(
    (fact): Choice => ({
      kind: 'fact',
      id: fact.symptom,
      label: `${symptomOf(model, fact.symptom).name}: ${answerLabel(model, fact)}`,
      aside: `(${sourceWords(fact)})`,
      mark: '',
    }),
  );
  const unknown = [...evidence.unsure].map(
    (id): Choice => ({ kind: 'fact', id, label: `${symptomOf(model, id).name}: not sure`, aside: '(you)', mark: '' }),
  );
  if (screen === 'reviewing') return numbered([...facts, ...unknown]);
  if (screen === 'supposing') {
    const open = rankQuestions(model.desk.knowledge, evidence, belief).map(
      ({ symptom: id }): Choice => ({ kind: 'symptom', id, label: symptomOf(model, id).name, aside: '', mark: '' }),
    );
    return numbered([...open, ...facts.map((row): Choice => ({ ...row, kind: 'symptom' }))]);
  }
  return [];
}

/** The answer as it was given: a number stays a number. */
const givenAnswer = ({ answer, number }: Fact): string =>
  number === undefined || Number.isNaN(number) ? answer : String(number);

/** An answer in words, with the number behind it. */
export function answerLabel(model: Model, { symptom, answer, number }: Fact): string {
  const label = symptomOf(model, symptom).answers[answer]?.label ?? answer;
  return number === undefined || Number.isNaN(number) ? label : `${number}, ${label}`;
}

/** Where a fact comes from, for people. */
export function sourceWords({ source }: Pick<Finding, 'source'>): string {
  if (source === 'interview') return 'you';
  return source === 'answers-file' ? 'answers file' : printable(source, 40);
}

/** What the typed number means for this run. */
export interface Reading {
  readonly answer: string;
  readonly label: string;
  /** What that judgement rests on. */
  readonly basis: string;
}

/** Reads the number typed so far; null where it is none yet. */
export function readingOf(model: Model, symptom: string): Reading | null {
  const number = readNumber(model.view.entry);
  if (number === null) return null;
  const { trail } = model.snapshot.context;
  const supposed = model.desk.standing([
    ...trail,
    { act: 'answer', finding: { symptom, answer: number, source: 'interview' } },
  ]);
  const fact = supposed.evidence.facts.find((known) => known.symptom === symptom);
  const answers = new Map(supposed.evidence.facts.map((known) => [known.symptom, known.answer]));
  const row = symptomOf(model, symptom).number?.bands.find(({ when }) =>
    Object.entries(when).every(([id, wanted]) => wanted.includes(answers.get(id) ?? '')),
  );
  const answer = fact?.answer ?? UNSURE;
  return {
    answer: number,
    label: symptomOf(model, symptom).answers[answer]?.label ?? 'cannot be judged',
    basis: withoutCitations(row?.basis ?? ''),
  };
}

/** Prose of the knowledge base without its `[source-id]` citations. */
export const withoutCitations = (prose: string): string => prose.replaceAll(/\s*\[[a-z0-9]+(?:-[a-z0-9]+)+\]/g, '');

/** The belief if a symptom had this answer. */
export function supposedBelief(model: Model, symptom: string, answer: string): Belief {
  const { evidence, belief } = standingOf(model);
  const others = evidence.facts.filter((fact) => fact.symptom !== symptom);
  if (answer === UNSURE)
    return others.length === evidence.facts.length ? belief : believe(model.desk.knowledge, others);
  return believe(model.desk.knowledge, [...others, { symptom, answer, source: 'interview' }]);
}

/** The belief before the last answer: what the ranking moved from. */
export function beliefBefore(model: Model): Belief | null {
  const { trail } = model.snapshot.context;
  const last = trail.findLastIndex(({ act }) => act === 'answer');
  return last < 0 ? null : model.desk.standing(before(trail, last)).belief;
}

/** Shorter trails by the whole one, so that the belief before an answer is computed once. */
const prefixes = new WeakMap<Trail, Trail>();
function before(trail: Trail, length: number): Trail {
  const known = prefixes.get(trail) ?? trail.slice(0, length);
  prefixes.set(trail, known);
  return known;
}

const reports = new WeakMap<Trail, Report>();

/** The diagnosis as it stands. */
export function reportOf({ desk, snapshot }: Pick<Model, 'desk' | 'snapshot'>): Report {
  const { trail } = snapshot.context;
  const known = reports.get(trail);
  if (known) return known;
  const fresh = report(desk.knowledge, desk.standing(trail).evidence, desk.run ? { run: desk.run } : {});
  reports.set(trail, fresh);
  return fresh;
}

/** The causes that the report page lists. */
export const listedCauses = (model: Model): Report['causes'] =>
  reportOf(model)
    .causes.filter(({ probability, ruledOut }) => ruledOut === null && probability >= 0.005)
    .slice(0, 5);
