/**
 * The wizard for a screen reader: plain lines, numbers to choose by, no bars and nothing that is redrawn. The painter
 * writes only lines that are new, so a mark that moves is said in one line of its own.
 */
import { Box, Text, useIsScreenReaderEnabled } from 'ink';
import { ranking } from '../diagnosis.ts';
import { percent } from '../report/document.ts';
import { headings } from './layout.ts';
import { choicesOf, type Model, readingOf, screenOf, standingOf } from './model.ts';
import { helpPage, resultPage } from './page.ts';
import { SPOKEN } from './theme.ts';

export function Spoken({ model }: { readonly model: Model }) {
  const isRead = useIsScreenReaderEnabled();
  return (
    <Box flexDirection="column">
      {spokenLines(model).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are told by their place
        <Text key={index} wrap={isRead ? 'wrap' : 'truncate-end'}>
          {line}
        </Text>
      ))}
    </Box>
  );
}

/** What is said of a model: all of it, whether it was said before or not. */
export function spokenLines(model: Model): string[] {
  return [...body(model), ...status(model)].filter((line) => line.trim() !== '');
}

function body(model: Model): string[] {
  const width = 100;
  if (model.view.help) return helpPage(model, width, SPOKEN);
  const screen = screenOf(model);
  if (screen === 'report')
    return [
      ...resultPage({ ...model, view: { ...model.view, cursor: -1 } }, width, SPOKEN),
      'Report. Press a digit to open a cause, c to continue, w for what if, m for Markdown, e to edit answers, b for back, q to quit, question mark for help.',
    ];
  const { question, hint } = headings(model);
  const choices = choicesOf(model);
  const asked = model.snapshot.context.trail.filter(({ act }) => act === 'answer').length;
  return [
    `${screen === 'asking' ? `Question ${asked + 1}. ` : ''}${question}`,
    hint,
    ...choices.map(({ mark, label, aside, kind }) =>
      kind === 'number'
        ? `Type the ${label} as a number, then Enter.`
        : `${mark === '' ? 'Arrow keys' : mark}: ${label}${aside === '' ? '' : ` ${aside}`}`,
    ),
    mostLikely(model),
    'Press a number, u for not sure, b for back, e to edit, r for the report, question mark for help, q to quit.',
  ];
}

function mostLikely(model: Model): string {
  const { belief } = standingOf(model);
  const { knowledge } = model.desk;
  const [first] = ranking(knowledge, belief);
  if (first === undefined) return '';
  const name = knowledge.causes[knowledge.model.causes[first] as string]?.name ?? '';
  return `Most likely so far: ${name}, ${percent(belief.probabilities[first] as number).replace(' %', ' percent')}.`;
}

/** The last thing that happened: a mark that moved, a number typed, a path asked for. */
function status(model: Model): string[] {
  const { view, dialog, notice } = model;
  const screen = screenOf(model);
  const lines: string[] = [];
  const choice = choicesOf(model)[view.cursor];
  if (!view.help && screen !== 'report' && choice) {
    const symptom = standingOf(model).place;
    const reading = choice.kind === 'number' && symptom.at === 'asking' ? readingOf(model, symptom.symptom) : null;
    if (choice.kind === 'number')
      lines.push(
        view.entry === '' ? '' : `Typed ${view.entry}${reading ? `, ${reading.label}` : ', not a number yet'}.`,
      );
    else lines.push(`Marked ${choice.mark === '' ? '' : `${choice.mark}: `}${choice.label}. Enter chooses.`);
  }
  if (view.filter) lines.push(`Filter: ${view.filter}.`);
  if (dialog !== null) {
    lines.push(`Name of the file: ${dialog.path}. Enter writes, Escape cancels.`);
    if (dialog.replacing !== null) lines.push(`${dialog.replacing} exists. Enter replaces it.`);
    else if (dialog.problem !== null) lines.push(dialog.problem);
  }
  if (notice !== null) lines.push(notice.text);
  return lines;
}
