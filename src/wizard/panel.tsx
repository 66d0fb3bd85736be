/** Below the choices: how far it has narrowed, or what the marked answer would do to that. */
import { Text } from 'ink';
import { useContext } from 'react';
import type { Belief } from '../belief.ts';
import { ranking } from '../diagnosis.ts';
import { percent } from '../report/document.ts';
import { barOf, barWidthFor, type ListLayout, LONGEST_NAME, padded, shortened } from './layout.ts';
import {
  askedSymptom,
  beliefBefore,
  choicesOf,
  type Model,
  readingOf,
  screenOf,
  standingOf,
  supposedBelief,
  symptomOf,
} from './model.ts';
import { ThemeContext, TONES } from './theme.ts';

interface PanelProps {
  readonly model: Model;
  readonly layout: ListLayout;
}

export function Panel({ model, layout }: PanelProps) {
  const screen = screenOf(model);
  const tries =
    screen === 'supposing' ? model.view.supposed !== null : screen === 'asking' && model.view.panel === 'why';
  return tries ? <Supposition model={model} layout={layout} /> : <Ranking model={model} layout={layout} />;
}

/** Changes of less than this are not shown. */
const VISIBLE = 0.005;

function Ranking({ model, layout }: PanelProps) {
  const theme = useContext(ThemeContext);
  const { marks } = theme;
  const { belief } = standingOf(model);
  const { knowledge } = model.desk;
  const order = ranking(knowledge, belief);
  const earlier = beliefBefore(model);
  if (layout.panel < 3) return <OneLine model={model} layout={layout} />;
  const shown = order.slice(0, layout.panel - 1);
  const barWidth = barWidthFor(layout.width);
  const nameWidth = Math.min(LONGEST_NAME, layout.width - barWidth - (layout.wide ? 15 : 9));
  const rest = 1 - shown.reduce((sum, index) => sum + (belief.probabilities[index] as number), 0);
  return (
    <>
      {shown.map((index) => {
        const p = belief.probabilities[index] as number;
        const change = earlier === null ? 0 : p - (earlier.probabilities[index] as number);
        const [filled, empty] = barOf(p, barWidth, theme);
        return (
          <Text key={index} wrap="truncate-end">
            {padded(shortened(nameOf(model, index), nameWidth, marks.cut), nameWidth + 2)}
            <Text {...TONES.accent}>{filled}</Text>
            <Text {...TONES.quiet}>{empty}</Text>
            {percent(p).padStart(7)}
            {layout.wide && moved(change) !== '' && (
              <Text {...(change > 0 ? TONES.good : TONES.quiet)}>{moved(change).padStart(6)}</Text>
            )}
          </Text>
        );
      })}
      <Text {...TONES.quiet} wrap="truncate-end">
        {padded(
          shortened(`${order.length - shown.length} others, or none of these`, nameWidth, marks.cut),
          nameWidth + 2 + barWidth,
        )}
        {percent(Math.max(0, rest)).padStart(7)}
      </Text>
    </>
  );
}

/** A change in points, signed; nothing where it is too small to see. */
function moved(change: number): string {
  if (Math.abs(change) < VISIBLE) return '';
  return `${change > 0 ? '+' : '-'}${Math.round(Math.abs(change) * 100)}`;
}

/** The ranking where there is room for nothing else. */
function OneLine({ model, layout }: PanelProps) {
  const { marks } = useContext(ThemeContext);
  const { belief } = standingOf(model);
  const told = ranking(model.desk.knowledge, belief)
    .slice(0, layout.panel === 1 && !layout.wide ? 1 : 3)
    .map((index) => `${nameOf(model, index)} ${percent(belief.probabilities[index] as number)}`);
  return (
    <Text {...TONES.accent} wrap="truncate-end">
      {shortened(told.join(', '), layout.width, marks.cut)}
    </Text>
  );
}

const nameOf = ({ desk: { knowledge } }: Model, index: number): string =>
  knowledge.causes[knowledge.model.causes[index] as string]?.name ?? '';

/** What the marked answer would do to the ranking. */
function Supposition({ model, layout }: PanelProps) {
  const { marks } = useContext(ThemeContext);
  const symptom = askedSymptom(model);
  const choice = choicesOf(model)[model.view.cursor];
  if (symptom === null || choice === undefined) return <Ranking model={model} layout={layout} />;
  const reading = choice.kind === 'number' ? readingOf(model, symptom) : null;
  const answer = reading?.answer ?? choice.id;
  const { belief } = standingOf(model);
  const isKnown = standingOf(model).evidence.facts.some((fact) => fact.symptom === symptom);
  if (choice.kind === 'unsure' && !isKnown)
    return (
      <>
        <Text wrap="truncate-end">
          {shortened('If you are not sure: the ranking stays, and it is not asked again.', layout.width, marks.cut)}
        </Text>
        <Reason model={model} layout={layout} symptom={symptom} />
      </>
    );
  if (choice.kind === 'number' && reading === null)
    return (
      <>
        <Text wrap="truncate-end">
          {shortened('Type the number to see what it would do.', layout.width, marks.cut)}
        </Text>
        <Reason model={model} layout={layout} symptom={symptom} />
      </>
    );
  const supposed =
    choice.kind === 'number' ? beliefWith(model, symptom, answer) : supposedBelief(model, symptom, answer);
  const rows = mostMoved(model, belief, supposed).slice(0, Math.max(1, layout.panel - 2));
  const width = Math.min(LONGEST_NAME, layout.width - 18);
  return (
    <>
      {layout.panel > 1 && (
        <Text wrap="truncate-end">
          {shortened(
            `If you answer "${choice.kind === 'number' ? model.view.entry : choice.label}":`,
            layout.width,
            marks.cut,
          )}
        </Text>
      )}
      {rows.map((index) => {
        const from = belief.probabilities[index] as number;
        const to = supposed.probabilities[index] as number;
        return (
          <Text key={index} wrap="truncate-end">
            {`  ${padded(shortened(nameOf(model, index), width, marks.cut), width)}`}
            <Text {...TONES.quiet}>{percent(from).padStart(6)}</Text>
            {` ${marks.arrow} `}
            <Text {...(to > from ? TONES.good : TONES.bad)}>{percent(to)}</Text>
          </Text>
        );
      })}
      {layout.panel > 2 && <Reason model={model} layout={layout} symptom={symptom} />}
    </>
  );
}

function beliefWith(model: Model, symptom: string, answer: string): Belief {
  const { desk, snapshot } = model;
  return desk.standing([
    ...snapshot.context.trail,
    { act: 'answer', finding: { symptom, answer, source: 'interview' } },
  ]).belief;
}

/** The causes that would stand first, then those that would fall furthest. */
function mostMoved({ desk: { knowledge } }: Model, now: Belief, supposed: Belief): number[] {
  const after = ranking(knowledge, supposed).slice(0, 2);
  const change = (index: number) =>
    Math.abs((supposed.probabilities[index] as number) - (now.probabilities[index] as number));
  const others = ranking(knowledge, now)
    .slice(0, 12)
    .filter((index) => !after.includes(index));
  return [...after, ...others.sort((a, b) => change(b) - change(a))];
}

const EFFORTS = { know: 'you may know', look: 'a look', 'one-line': 'one line', rerun: 'a rerun' } as const;

function Reason({ model, layout, symptom }: PanelProps & { readonly symptom: string }) {
  const { marks } = useContext(ThemeContext);
  const { place } = standingOf(model);
  if (screenOf(model) !== 'asking') return null;
  const effort = EFFORTS[symptomOf(model, symptom).effort];
  const text =
    place.at === 'asking' && place.revised
      ? 'Asked because you wanted to change it.'
      : `It tells most for its effort: ${effort}`;
  return (
    <Text {...TONES.quiet} wrap="truncate-end">
      {shortened(text, layout.width, marks.cut)}
    </Text>
  );
}
