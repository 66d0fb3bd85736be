/** The wizard's screens: a list with its panel, or a page that scrolls. Props in, frames out. */
import { Box, Text, useInput } from 'ink';
import { useContext, useLayoutEffect } from 'react';
import type { Fact } from '../evidence.ts';
import { lower } from '../report/report.ts';
import { Choices } from './choices.tsx';
import { BINDINGS, type Binding, type Key, keysOf } from './keys.ts';
import { isWide, type ListLayout, listLayout, padded, pageRows, shortened, textWidth } from './layout.ts';
import { type Model, screenOf, sourceWords, standingOf, symptomOf } from './model.ts';
import { helpPage, resultPage } from './page.ts';
import { Panel } from './panel.tsx';
import { Spoken } from './spoken.tsx';
import { type Theme, ThemeContext, TONES, type Tone } from './theme.ts';

export interface AppProps {
  readonly model: Model;
  readonly theme: Theme;
  readonly screenReader: boolean;
  readonly onKey: (key: Key) => void;
  /** The wizard leaves the screen, by whatever way, a signal among them. */
  readonly onGone: () => void;
}

export function App({ model, theme, screenReader, onKey, onGone }: AppProps) {
  useLayoutEffect(() => onGone, [onGone]);
  useInput((input, ink) => {
    for (const key of keysOf(input, ink)) onKey(key);
  });
  return (
    <ThemeContext value={theme}>{screenReader ? <Spoken model={model} /> : <Screen model={model} />}</ThemeContext>
  );
}

function Screen({ model }: { readonly model: Model }) {
  const isPage = model.view.help || screenOf(model) === 'report';
  return isPage ? <Page model={model} /> : <List model={model} />;
}

/** A line of text in one tone. */
export function Line({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: string }) {
  return (
    <Text wrap="truncate-end" {...TONES[tone]}>
      {children === '' ? ' ' : children}
    </Text>
  );
}

function Gap({ rows }: { readonly rows: number }) {
  return rows > 0 ? <Box height={rows} flexShrink={0} /> : null;
}

/** A question, a contradiction, what is known, or a supposition: something to choose from. */
function List({ model }: { readonly model: Model }) {
  const layout = listLayout(model);
  return (
    <Box flexDirection="column" paddingX={1} height={layout.height}>
      <Header model={model} width={layout.width} />
      <Gap rows={layout.headerGap} />
      {layout.title.map((line) => (
        <Line key={line} tone="strong">
          {line}
        </Line>
      ))}
      {layout.help.map((line) => (
        <Line key={line} tone="quiet">
          {line}
        </Line>
      ))}
      <Gap rows={layout.questionGap} />
      <Box flexDirection="column" height={layout.choices} flexShrink={0}>
        <Choices model={model} layout={layout} />
      </Box>
      <Gap rows={layout.panelGap} />
      <Box flexDirection="column" height={layout.panel} flexShrink={0}>
        <Panel model={model} layout={layout} />
      </Box>
      <Gap rows={layout.knownGap} />
      {layout.known > 0 && <Known model={model} layout={layout} />}
      <Status model={model} width={layout.width} />
      <KeyRow model={model} width={layout.width} />
    </Box>
  );
}

/** A text that scrolls: the report, or the help. */
function Page({ model }: { readonly model: Model }) {
  const theme = useContext(ThemeContext);
  const { size, view } = model;
  const width = textWidth(size);
  const lines = view.help ? helpPage(model, width, theme) : resultPage(model, width, theme);
  const rows = pageRows(size);
  const from = Math.max(0, Math.min(view.scroll, lines.length - rows));
  const below = Math.max(0, lines.length - from - rows);
  const { above: up, below: down, dot } = theme.marks;
  const place =
    from === 0 && below === 0
      ? ''
      : `${from > 0 ? up : ' '} ${Math.round((100 * Math.min(lines.length, from + rows)) / lines.length)} % ${below > 0 ? down : ' '}`;
  const gap = size.rows >= 16 ? 1 : 0;
  return (
    <Box flexDirection="column" paddingX={1} height={rows + 2 + 2 * gap}>
      <Header model={model} width={width} place={view.help ? `help ${dot} ${place.trim()}` : place} />
      <Gap rows={gap} />
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Line key={row}>{lines[from + row] ?? ''}</Line>
      ))}
      {gap > 0 && <Status model={model} width={width} />}
      {gap === 0 && (model.dialog !== null || model.notice !== null) ? (
        <Status model={model} width={width} />
      ) : (
        <KeyRow model={model} width={width} />
      )}
    </Box>
  );
}

function Header({ model, width, place }: { readonly model: Model; readonly width: number; readonly place?: string }) {
  const { trail } = model.snapshot.context;
  const asked = trail.filter(({ act }) => act === 'answer').length;
  const known = standingOf(model).evidence.facts.length;
  const where = {
    asking: `question ${asked + 1}`,
    settling: 'contradiction',
    reviewing: 'edit',
    supposing: 'what if',
    report: 'report',
  }[screenOf(model)];
  const wide = isWide(model.size);
  const right =
    place !== undefined && (place !== '' || model.view.help)
      ? place.trim()
      : wide
        ? `${known} known   ${where}`
        : where;
  const title = wide ? 'why is the loss NaN?' : '';
  return (
    <Box flexShrink={0}>
      <Text {...TONES.title}>whynan</Text>
      <Text {...TONES.quiet}>{padded(title === '' ? '' : `   ${title}`, Math.max(1, width - 6 - right.length))}</Text>
      <Text {...TONES.quiet}>{right}</Text>
    </Box>
  );
}

/** What is known, in one line, the latest first to be cut. */
function Known({ model, layout }: { readonly model: Model; readonly layout: ListLayout }) {
  const { marks } = useContext(ThemeContext);
  const { facts } = standingOf(model).evidence;
  const sources = [...new Set(facts.map(sourceWords))];
  const told = sources.map((source) => {
    const own = facts.filter((fact) => sourceWords(fact) === source);
    return `${own.map((fact) => inShort(model, fact)).join(', ')} (${source})`;
  });
  const text = facts.length === 0 ? 'known: nothing yet' : `known: ${told.join(` ${marks.dot} `)}`;
  return <Line tone="quiet">{shortened(text, layout.width, marks.cut)}</Line>;
}

/** A fact in two or three words; what kind of run it is needs no name before it. */
function inShort(model: Model, { symptom, answer, number }: Fact): string {
  const { name, kind } = symptomOf(model, symptom);
  if (number !== undefined && !Number.isNaN(number)) return `${lower(name)} ${number}`;
  const word = answer.replaceAll('-', ' ');
  return kind === 'context' ? word : `${lower(name)} ${word}`;
}

/** One line for what just happened, or for the path that is asked for. */
function Status({ model, width }: { readonly model: Model; readonly width: number }) {
  const { marks } = useContext(ThemeContext);
  const { dialog, notice } = model;
  if (dialog !== null) {
    const asks = { session: 'Save to', markdown: 'Markdown to', json: 'JSON to' }[dialog.writes];
    if (dialog.replacing !== null)
      return (
        <Line tone="bad">
          {shortened(`${dialog.replacing} exists. Enter replaces it; or type another name.`, width, marks.cut)}
        </Line>
      );
    const text = `${asks}: ${dialog.path}${marks.caret}${dialog.problem === null ? '' : `  ${dialog.problem.replace(`${dialog.path.trim()}: `, '')}`}`;
    return <Line tone={dialog.problem === null ? 'accent' : 'bad'}>{shortened(text, width, marks.cut)}</Line>;
  }
  if (notice !== null) return <Line tone={notice.tone}>{shortened(notice.text, width, marks.cut)}</Line>;
  return <Line>{''}</Line>;
}

/** The keys that matter here, as many as fit; the rest is behind `?`. */
function KeyRow({ model, width }: { readonly model: Model; readonly width: number }) {
  const screen = screenOf(model);
  if (model.dialog !== null)
    return (
      <Keys
        shown={[
          ['enter', 'write'],
          ['esc', 'cancel'],
        ]}
      />
    );
  if (model.view.help)
    return (
      <Keys
        shown={[
          ['arrows', 'scroll'],
          ['any key', 'close'],
        ]}
      />
    );
  if (model.view.filter !== null && screen !== 'report')
    return (
      <Keys
        shown={[
          ['type', 'to filter'],
          ['enter', 'choose'],
          ['esc', 'all'],
        ]}
      />
    );
  const isShown = ({ command, on, rank }: Binding) => {
    if (rank === 0 || !on.includes(screen)) return false;
    if (command === 'filter')
      return screen === 'supposing' ? model.view.supposed === null : screen === 'reviewing' || longList(model);
    if (command === 'back')
      return screen === 'reviewing' || screen === 'supposing' || model.snapshot.can({ type: 'back' });
    return command !== 'go-on' || model.snapshot.can({ type: 'goOn' });
  };
  const candidates = BINDINGS.filter(isShown);
  const kept = new Set<Binding>();
  let used = 0;
  for (const binding of candidates.toSorted((a, b) => a.rank - b.rank)) {
    const length = (binding.keys[0] as string).length + binding.label.length + 3;
    if (used + length - 2 > width) continue;
    kept.add(binding);
    used += length;
  }
  return (
    <Keys
      shown={candidates.filter((binding) => kept.has(binding)).map(({ keys, label }) => [keys[0] as string, label])}
    />
  );
}

function longList(model: Model): boolean {
  const { place } = standingOf(model);
  return place.at === 'asking' && Object.keys(symptomOf(model, place.symptom).answers).length > 9;
}

function Keys({ shown }: { readonly shown: readonly (readonly [string, string])[] }) {
  return (
    <Text wrap="truncate-end">
      {shown.map(([key, label], index) => (
        <Text key={key}>
          {index > 0 ? '  ' : ''}
          <Text {...TONES.accent}>{key}</Text>
          <Text {...TONES.quiet}> {label}</Text>
        </Text>
      ))}
    </Text>
  );
}
