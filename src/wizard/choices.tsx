/** The rows to choose from, one of them marked. */
import { Text } from 'ink';
import { useContext } from 'react';
import { type ChoiceRow, choiceWindow, LABEL_INDENT, type ListLayout, shortened, wrap } from './layout.ts';
import { askedSymptom, type Model, readingOf } from './model.ts';
import { ThemeContext, TONES } from './theme.ts';

export function Choices({ model, layout }: { readonly model: Model; readonly layout: ListLayout }) {
  const { marks } = useContext(ThemeContext);
  const { rows, above, below } = choiceWindow(model, layout);
  const { filter } = model.view;
  return (
    <>
      {filter !== null && rows.length === 0 && (
        <Text {...TONES.quiet}>{`      nothing matches "${filter}"; esc shows all`}</Text>
      )}
      {above > 0 && <Text {...TONES.quiet}>{`      ${marks.above} ${above} more`}</Text>}
      {rows.map((row) =>
        row.choice.kind === 'number' ? (
          <NumberRow key="number" model={model} row={row} layout={layout} />
        ) : (
          <Row key={`${row.choice.kind} ${row.choice.id}`} row={row} isMarked={row.index === model.view.cursor} />
        ),
      )}
      {below > 0 && (
        <Text
          {...TONES.quiet}
        >{`      ${marks.below} ${below} more${filter === null && above === 0 ? '  (/ to filter)' : ''}`}</Text>
      )}
      {filter !== null && rows.length > 0 && <Text {...TONES.accent}>{`      /${filter}${marks.caret}`}</Text>}
    </>
  );
}

function Row({ row: { choice, lines }, isMarked }: { readonly row: ChoiceRow; readonly isMarked: boolean }) {
  const { marks } = useContext(ThemeContext);
  const lead = `${isMarked ? marks.pointer : ' '} ${choice.mark.padStart(2)}  `;
  const { aside } = choice;
  return lines.map((line, index) => {
    const isLast = index === lines.length - 1;
    const label = isLast && aside !== '' && line.endsWith(aside) ? line.slice(0, -aside.length) : line;
    return (
      <Text key={line} wrap="truncate-end">
        <Text {...(isMarked ? TONES.title : TONES.quiet)}>{index === 0 ? lead : ' '.repeat(LABEL_INDENT)}</Text>
        <Text {...(isMarked ? TONES.title : TONES.plain)}>{label}</Text>
        {label === line ? null : <Text {...TONES.quiet}>{aside}</Text>}
      </Text>
    );
  });
}

/** A number being typed, and what it means for this run and why. As many lines whatever is typed. */
function NumberRow({
  model,
  row,
  layout,
}: {
  readonly model: Model;
  readonly row: ChoiceRow;
  readonly layout: ListLayout;
}) {
  const { marks } = useContext(ThemeContext);
  const isMarked = row.index === model.view.cursor;
  const symptom = askedSymptom(model);
  const { entry } = model.view;
  const reading = entry === '' || symptom === null ? null : readingOf(model, symptom);
  const hint = entry === '' ? 'type it as you write it: 3e-4, .001' : 'not a number yet';
  const meaning = reading === null ? hint : `${marks.arrow} ${reading.label}`;
  const below = layout.wide
    ? wrap(reading?.basis ?? '', layout.width - LABEL_INDENT)
    : [shortened(meaning, layout.width - 3, marks.cut)];
  const indent = ' '.repeat(layout.wide ? LABEL_INDENT : 3);
  const tone = reading === null ? TONES.quiet : TONES.accent;
  return (
    <>
      <Text wrap="truncate-end">
        <Text {...(isMarked ? TONES.title : TONES.quiet)}>{`${isMarked ? marks.pointer : ' '}  #  `}</Text>
        <Text {...TONES.strong}>{`${entry}${isMarked ? marks.caret : ''}  `}</Text>
        {layout.wide && <Text {...tone}>{meaning}</Text>}
      </Text>
      {row.lines.slice(1).map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Text key={index} wrap="truncate-end" {...(layout.wide ? TONES.quiet : tone)}>
          {`${indent}${below[index] ?? ''}`}
        </Text>
      ))}
    </>
  );
}
