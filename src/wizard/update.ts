/** What happens on an input: a new model, and what is to be done outside. Pure. */
import { transition } from 'xstate';
import type { Event } from '../../flows/events.ts';
import { type Finding, UNSURE } from '../evidence.ts';
import { toMarkdown } from '../report/markdown.ts';
import { reportDocument } from '../report/report.ts';
import { commandLine, saveSession } from '../session.ts';
import { type Command, commandFor, type Key } from './keys.ts';
import {
  askedSymptom,
  type Choice,
  choicesOf,
  type Dialog,
  FRESH,
  listedCauses,
  type Model,
  readingOf,
  reportOf,
  type Size,
  screenOf,
  sourceWords,
  standingOf,
  symptomOf,
  type View,
} from './model.ts';
import { isNumberCharacter } from './number.ts';

export type Input =
  | { readonly type: 'key'; readonly key: Key }
  | { readonly type: 'resize'; readonly size: Size }
  | { readonly type: 'written'; readonly writes: Dialog['writes']; readonly path: string }
  | {
      readonly type: 'failed';
      readonly writes: Dialog['writes'];
      readonly path: string;
      readonly problem: string;
      readonly exists: boolean;
    };

/** What is to be done outside. */
export type Effect =
  | { readonly do: 'exit'; readonly interrupted: boolean }
  | {
      readonly do: 'write';
      readonly writes: Dialog['writes'];
      readonly path: string;
      readonly text: string;
      readonly replace: boolean;
    }
  | { readonly do: 'copy'; readonly text: string };

export interface Next {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

const next = (model: Model, ...effects: Effect[]): Next => ({ model, effects });
const look = (model: Model, view: Partial<View>): Model => ({ ...model, view: { ...model.view, ...view } });

/** One input. */
export function update(model: Model, input: Input): Next {
  switch (input.type) {
    case 'resize':
      return next({ ...model, size: input.size });
    case 'written': {
      const said = {
        text: `${input.writes === 'session' ? 'Saved' : 'Written'}: ${input.path}`,
        tone: 'good',
      } as const;
      const saving = input.writes === 'session' ? input.path : model.saving;
      return next({ ...model, saving, dialog: null, notice: model.dialog === null ? model.notice : said });
    }
    case 'failed':
      if (model.dialog === null)
        return next({ ...model, notice: { text: `Not saved. ${input.problem}`, tone: 'bad' } });
      return next({
        ...model,
        dialog: { ...model.dialog, problem: input.problem, replacing: input.exists ? input.path : null },
      });
    case 'key':
      return press(model, input.key);
  }
}

function press(model: Model, key: Key): Next {
  if (key.name === 'interrupt') return next(model, { do: 'exit', interrupted: true });
  if (model.dialog !== null) return pressInDialog(model, model.dialog, key);
  if (model.view.help) return pressInHelp(model, key);
  const moving = key.name === 'up' || key.name === 'down';
  const quiet = model.notice === null || moving ? model : { ...model, notice: null };
  const screen = screenOf(model);
  if (screen !== 'report') {
    const typed = pressInList(quiet, key);
    if (typed !== null) return typed;
  }
  const command = commandFor(screen, key);
  if (command === 'theirs') return model.notice?.theirs ? takeTheirs(model, model.notice.theirs) : next(quiet);
  if (command === null)
    return screen === 'report' && key.name === 'character' ? pressDigitInReport(quiet, key) : next(quiet);
  return run(quiet, command);
}

/** Typing that belongs to a list: its filter, a number, digits. Null where the key is a command. */
function pressInList(model: Model, { name, character }: Key): Next | null {
  const { view } = model;
  if (view.filter !== null) {
    if (name === 'character') return next(look(model, { filter: view.filter + character, cursor: 0 }));
    if (name === 'backspace')
      return next(look(model, { filter: view.filter === '' ? null : view.filter.slice(0, -1), cursor: 0 }));
    if (name === 'escape' || name === 'left') return next(look(model, { filter: null, cursor: 0 }));
    return null;
  }
  const rows = choicesOf(model);
  if (rows[0]?.kind === 'number') {
    const starts = /^[0-9.,+-]$/.test(character);
    if (name === 'character' && (view.entry === '' ? starts : isNumberCharacter(character)) && view.entry.length < 24)
      return next(look(model, { entry: view.entry + character, cursor: 0 }));
    if (name === 'backspace' && view.entry !== '')
      return next(look(model, { entry: view.entry.slice(0, -1), cursor: 0 }));
    if (name === 'escape' && view.entry !== '') return next(look(model, { entry: '' }));
    return null;
  }
  if (name === 'character' && /^\d$/.test(character)) return pressDigit(model, rows, character);
  return null;
}

/** A digit takes its row at once, unless a further digit could still follow. */
function pressDigit(model: Model, rows: readonly Choice[], digit: string): Next {
  const row = (digits: string) => rows.findIndex(({ mark }) => mark === digits);
  const digits = row(model.view.digits + digit) >= 0 ? model.view.digits + digit : digit;
  const index = row(digits);
  if (index < 0) return next(look(model, { digits: '' }));
  const marked = look(model, { cursor: index, digits });
  return rows.some(({ mark }) => mark.length > digits.length && mark.startsWith(digits)) ? next(marked) : take(marked);
}

function pressDigitInReport(model: Model, { character }: Key): Next {
  const index = Number(character) - 1;
  return /^[1-9]$/.test(character) && index < listedCauses(model).length
    ? next(toggle(look(model, { cursor: index })))
    : next(model);
}

function run(model: Model, command: Command): Next {
  const { view } = model;
  const screen = screenOf(model);
  const inReport = screen === 'report';
  const last = Math.max(0, choicesOf(model).length - 1);
  const page = Math.max(1, model.size.rows - 4);
  const move = (by: number) =>
    next(
      inReport
        ? look(model, { scroll: Math.max(0, view.scroll + by) })
        : look(model, { cursor: wrapped(view.cursor, by, last), digits: '' }),
    );
  switch (command) {
    case 'up':
      return move(-1);
    case 'down':
      return move(1);
    case 'page-up':
      return inReport ? move(-page) : next(look(model, { cursor: Math.max(0, view.cursor - 5), digits: '' }));
    case 'page-down':
      return inReport ? move(page) : next(look(model, { cursor: Math.min(last, view.cursor + 5), digits: '' }));
    case 'first':
      return next(look(model, inReport ? { scroll: 0 } : { cursor: 0, digits: '' }));
    case 'last':
      return next(look(model, inReport ? { scroll: Number.MAX_SAFE_INTEGER } : { cursor: last, digits: '' }));
    case 'choose':
      return take(model);
    case 'open':
      return next(toggle(model));
    case 'next-cause':
      return next(look(model, { cursor: (view.cursor + 1) % Math.max(1, listedCauses(model).length) }));
    case 'back':
      return view.supposed !== null && screen === 'supposing'
        ? next(look(model, { supposed: null, cursor: 0, filter: null }))
        : send(model, { type: 'back' });
    case 'why':
      return next(look(model, { panel: view.panel === 'why' ? 'ranking' : 'why' }));
    case 'help':
      return next(look(model, { help: true, scroll: 0 }));
    case 'filter':
      return next(look(model, { filter: '', cursor: 0, digits: '' }));
    case 'unsure':
      return send(model, { type: 'unsure' });
    case 'edit':
      return send(model, { type: 'review' });
    case 'report':
      return send(screen === 'reviewing' ? send(model, { type: 'back' }).model : model, { type: 'report' });
    case 'go-on':
      return goOn(model);
    case 'what-if':
      return send(model, { type: 'whatIf' });
    case 'save':
      if (model.saving !== null)
        return next({ ...model, notice: { text: `Saved after every answer: ${model.saving}`, tone: 'good' } });
      return next({
        ...model,
        dialog: { writes: 'session', path: 'whynan-session.json', problem: null, replacing: null },
      });
    case 'markdown':
      return next({ ...model, dialog: { writes: 'markdown', path: 'whynan.md', problem: null, replacing: null } });
    case 'json':
      return next({ ...model, dialog: { writes: 'json', path: 'whynan.json', problem: null, replacing: null } });
    case 'copy': {
      const text = commandLine(model.desk.knowledge, standingOf(model).findings);
      return next(
        {
          ...model,
          notice: { text: 'Copied, where the terminal allows it; it stands at the end of this page.', tone: 'good' },
        },
        { do: 'copy', text },
      );
    }
    case 'quit':
      return next(model, { do: 'exit', interrupted: false });
    case 'theirs':
      return next(model);
  }
}

const wrapped = (cursor: number, by: number, last: number): number =>
  cursor + by < 0 ? last : cursor + by > last ? 0 : cursor + by;

/** Takes the marked row. */
function take(model: Model): Next {
  const row = choicesOf(model)[model.view.cursor];
  if (row === undefined) return next(model);
  const symptom = askedSymptom(model);
  switch (row.kind) {
    case 'unsure':
      return send(model, { type: 'unsure' });
    case 'fact':
      return send(model, { type: 'revise', symptom: row.id });
    case 'symptom':
      return next(look(model, { supposed: row.id, cursor: 0, filter: null, digits: '' }));
    case 'number': {
      const reading = symptom === null ? null : readingOf(model, symptom);
      if (reading !== null) return send(model, { type: 'answer', answer: reading.answer });
      const text =
        model.view.entry === ''
          ? 'Type the number, or pick one of the answers below.'
          : `"${model.view.entry}" is not a number. Write it like 3e-4 or .001.`;
      return next({ ...model, notice: { text, tone: 'bad' } });
    }
    case 'answer':
      return send(model, { type: 'answer', answer: row.id, ...(symptom === null ? {} : { symptom }) });
  }
}

function toggle(model: Model): Model {
  const cause = listedCauses(model)[model.view.cursor];
  if (cause === undefined) return model;
  const open = new Set(model.view.open);
  if (!open.delete(cause.id)) open.add(cause.id);
  return look(model, { open });
}

function goOn(model: Model): Next {
  const after = send(model, { type: 'goOn' });
  if (screenOf(after.model) !== 'report') return after;
  return next({ ...model, notice: { text: 'No question is left that would change much.', tone: 'good' } });
}

function takeTheirs(model: Model, { symptom, answer }: { readonly symptom: string; readonly answer: string }): Next {
  return send(send(model, { type: 'revise', symptom }).model, { type: 'answer', answer });
}

/** Sends an event to the chart and looks at where it leads. */
function send(model: Model, event: Event): Next {
  const [snapshot] = transition(model.desk.machine, model.snapshot, event);
  if (snapshot === model.snapshot) return next(model);
  const moved = { ...model, snapshot, notice: null };
  const settled = { ...moved, view: startingView(moved), notice: contradiction(model, moved) };
  const changed = snapshot.context.trail !== model.snapshot.context.trail;
  if (!changed || settled.saving === null) return next(settled);
  return next(settled, {
    do: 'write',
    writes: 'session',
    path: settled.saving,
    text: saveSession(model.desk.knowledge, standingOf(settled).findings),
    replace: true,
  });
}

/** Where the person looks first on a screen. */
export function startingView(model: Model): View {
  const screen = screenOf(model);
  const { evidence } = standingOf(model);
  if (screen === 'report') {
    const [first] = listedCauses(model);
    return { ...FRESH, open: new Set(first ? [first.id] : []) };
  }
  const symptom = askedSymptom(model);
  const fact = screen === 'asking' ? evidence.facts.find((known) => known.symptom === symptom) : undefined;
  const rows = choicesOf({ ...model, view: FRESH });
  const entry =
    fact?.number === undefined ||
    Number.isNaN(fact.number) ||
    symptom === null ||
    symptomOf(model, symptom).number === undefined
      ? ''
      : String(fact.number);
  const cursor =
    entry === '' && fact
      ? Math.max(
          0,
          rows.findIndex(({ id }) => id === fact.answer),
        )
      : 0;
  return { ...FRESH, cursor, entry };
}

/** Tells of a contradiction that the last answer made. */
function contradiction(before: Model, after: Model): Model['notice'] {
  const old = standingOf(before).findings;
  const said = standingOf(after).findings.find((finding) => finding.source === 'interview' && !old.includes(finding));
  if (said === undefined || said.answer === UNSURE) return null;
  const conflict = standingOf(after).evidence.conflicts.find(({ symptom }) => symptom === said.symptom);
  const [theirs] = conflict?.dropped ?? [];
  if (conflict === undefined || theirs === undefined || screenOf(before) === 'settling') return null;
  const label = (finding: Finding & { number?: number }) =>
    finding.number === undefined || Number.isNaN(finding.number) ? finding.answer : String(finding.number);
  const name = symptomOf(after, said.symptom).name.toLowerCase();
  return {
    text: `${name}: you say ${label(conflict.kept)}, ${sourceWords(theirs)} says ${label(theirs)}. Yours counts; x takes theirs.`,
    tone: 'bad',
    theirs: { symptom: said.symptom, answer: label(theirs) },
  };
}

function pressInHelp(model: Model, key: Key): Next {
  const { scroll } = model.view;
  const page = Math.max(1, model.size.rows - 4);
  const command = commandFor('report', key);
  const moves: Partial<Record<Command, number>> = {
    up: scroll - 1,
    down: scroll + 1,
    'page-up': scroll - page,
    'page-down': scroll + page,
    first: 0,
    last: Number.MAX_SAFE_INTEGER,
  };
  const to = command === null ? undefined : moves[command];
  return next(look(model, to === undefined ? { help: false, scroll: 0 } : { scroll: Math.max(0, to) }));
}

function pressInDialog(model: Model, dialog: Dialog, { name, character }: Key): Next {
  const typed = (path: string) => next({ ...model, dialog: { ...dialog, path, problem: null, replacing: null } });
  if (name === 'escape') return next({ ...model, dialog: null });
  if (name === 'character') return typed(dialog.path + character);
  if (name === 'backspace') return typed(dialog.path.slice(0, -1));
  if (name !== 'enter') return next(model);
  const path = dialog.path.trim();
  if (path === '')
    return next({ ...model, dialog: { ...dialog, problem: 'Write the name of a file, or press Escape.' } });
  return next(model, {
    do: 'write',
    writes: dialog.writes,
    path,
    text: exported(model, dialog.writes),
    replace: dialog.replacing === path,
  });
}

function exported(model: Model, writes: Dialog['writes']): string {
  if (writes === 'session') return saveSession(model.desk.knowledge, standingOf(model).findings);
  const report = reportOf(model);
  if (writes === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return toMarkdown(
    reportDocument(report, model.desk.knowledge, { top: 5, plot: model.desk.plot(80), remarks: model.desk.remarks }),
  );
}
