/** Where things stand on the screen of a list: heights that depend on the terminal alone, so that nothing jumps. */
import { columnsOf, wrapped } from '../report/wrap.ts';
import { askedSymptom, type Choice, choicesOf, type Model, type Size, screenOf, symptomOf } from './model.ts';
import type { Theme } from './theme.ts';

export interface ListLayout {
  /** Columns of text, without the margin. */
  readonly width: number;
  /** Bars and tables fit. */
  readonly wide: boolean;
  readonly headerGap: number;
  readonly title: readonly string[];
  readonly help: readonly string[];
  /** Blank lines between the question and its answers. */
  readonly questionGap: number;
  readonly choices: number;
  readonly panelGap: number;
  readonly panel: number;
  readonly knownGap: number;
  readonly known: number;
  readonly notice: number;
  readonly height: number;
}

/** Frames grow no higher than this: more would only tear question and ranking apart. */
const TALLEST = 34;
const MARGIN = 1;

export const isWide = ({ columns }: Size): boolean => columns >= 60;

/** Rows of a page that scrolls: all but the header and the keys. */
export const pageRows = ({ rows }: Size): number => Math.max(3, rows - (rows >= 16 ? 4 : 2));

export function textWidth({ columns }: Size): number {
  return Math.max(16, Math.min(columns, 110) - 2 * MARGIN);
}

export function listLayout(model: Model): ListLayout {
  const { size } = model;
  const width = textWidth(size);
  const wide = isWide(size);
  const height = Math.max(8, Math.min(size.rows, TALLEST));
  const { question, hint } = headings(model);
  const roomy = height >= 20;
  const title = wrap(question, width).slice(0, 3);
  const help = height >= 14 ? wrap(hint, width).slice(0, roomy ? 3 : 2) : [];
  // The answers begin on the same row whatever the question is.
  const block = roomy ? (width >= 100 ? 3 : wide ? 4 : 6) : title.length + help.length;
  const headerGap = height >= 16 ? 1 : 0;
  const questionGap = Math.max(0, block - title.length - help.length);
  const panelGap = height >= 16 ? 1 : 0;
  const panel = height >= 26 ? 6 : roomy ? 5 : height >= 14 ? 2 : 1;
  const knownGap = height >= 26 ? 1 : 0;
  const known = height >= 14 ? 1 : 0;
  const notice = 1;
  const rest =
    1 + headerGap + title.length + help.length + questionGap + panelGap + panel + knownGap + known + notice + 1;
  return {
    width,
    wide,
    headerGap,
    title,
    help,
    questionGap,
    choices: Math.max(2, height - rest),
    panelGap,
    panel,
    knownGap,
    known,
    notice,
    height,
  };
}

/** The question of a list and the line below it. */
export function headings(model: Model): { readonly question: string; readonly hint: string } {
  const symptom = askedSymptom(model);
  switch (screenOf(model)) {
    case 'asking': {
      const { question, help } = symptomOf(model, symptom as string);
      return { question, hint: help };
    }
    case 'settling':
      return {
        question: `Two sources disagree. Which is true? ${symptomOf(model, symptom as string).question}`,
        hint: 'What you choose counts; the report names both sides.',
      };
    case 'reviewing':
      return {
        question: 'What is known. Which answer is to be changed?',
        hint: 'Every fact and where it comes from. Enter asks it again.',
      };
    default:
      return symptom === null
        ? {
            question: 'What if? Choose what to try an answer for.',
            hint: 'Nothing is changed until an answer is chosen.',
          }
        : {
            question: `What if? ${symptomOf(model, symptom).question}`,
            hint: 'Below: what the marked answer would do. Enter makes it your answer.',
          };
  }
}

export const wrap = (text: string, width: number): string[] => (text === '' ? [] : wrapped(text, width));

/** A text cut to a width, the cut marked. */
export function shortened(text: string, width: number, cut: string): string {
  if (columnsOf(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (columnsOf(kept + character) > width - columnsOf(cut)) break;
    kept += character;
  }
  return `${kept.trimEnd()}${cut}`;
}

export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columnsOf(text)));

/** Columns that the name of a cause may take. */
export const LONGEST_NAME = 50;

/** Columns of a bar beside a whole name, a percentage and its change; none where they would not fit. */
export function barWidthFor(width: number): number {
  const left = width - LONGEST_NAME - 15;
  return left < 8 ? 0 : Math.min(24, left);
}

const EIGHTHS = ' ▏▎▍▌▋▊▉';

/** A bar as its filled and its empty part. */
export function barOf(share: number, width: number, { unicode, marks }: Theme): readonly [string, string] {
  const eighths = Math.round(share * width * 8);
  if (!unicode)
    return [marks.full.repeat(Math.round(share * width)), marks.empty.repeat(width - Math.round(share * width))];
  const filled = marks.full.repeat(Math.floor(eighths / 8)) + (eighths % 8 > 0 ? (EIGHTHS[eighths % 8] as string) : '');
  return [filled, marks.empty.repeat(width - filled.length)];
}

export interface ChoiceRow {
  readonly choice: Choice;
  readonly index: number;
  readonly lines: readonly string[];
}

export interface Window {
  readonly rows: readonly ChoiceRow[];
  readonly above: number;
  readonly below: number;
}

/** Columns before a label: pointer and key. */
export const LABEL_INDENT = 6;

/** The part of a list that is shown: as many whole rows as fit around the marked one. */
export function choiceWindow(model: Model, { width, wide, choices: room }: ListLayout): Window {
  const rows = choicesOf(model).map((choice, index): ChoiceRow => {
    const text = choice.aside === '' ? choice.label : `${choice.label} ${choice.aside}`;
    return {
      choice,
      index,
      lines:
        choice.kind === 'number' ? Array.from({ length: wide ? 3 : 2 }, () => '') : wrap(text, width - LABEL_INDENT),
    };
  });
  const heights = rows.map(({ lines }) => lines.length);
  const { from, to } = pageOf(model.view.cursor, heights, room - (model.view.filter === null ? 0 : 1));
  return { rows: rows.slice(from, to), above: from, below: rows.length - to };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The page of a list on which a row stands: within it only the mark moves. A line at each end tells how many rows there
 * are before and behind.
 */
function pageOf(row: number, heights: readonly number[], room: number): Span {
  for (let from = 0; ; ) {
    const space = room - (from > 0 ? 1 : 0);
    let to = fill(from, heights, space);
    if (to < heights.length) to = fill(from, heights, space - 1);
    if (row < to || to >= heights.length) return { from, to };
    from = to;
  }
}

/** The end of the rows from one on that fit into a height; at least one row. */
function fill(from: number, heights: readonly number[], room: number): number {
  let to = from + 1;
  for (let used = heights[from] ?? 0; to < heights.length; to++) {
    used += heights[to] as number;
    if (used > room) break;
  }
  return Math.min(to, heights.length);
}
