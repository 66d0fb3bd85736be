/** The pages that scroll, as lines of terminal text: the report with its folded causes, and the help. */
import { styleText } from 'node:util';
import type { RankedCause, Report } from '../diagnosis.ts';
import { codeFor } from '../knowledge.ts';
import { type Block, citations, type Document, type Prose, percent, untrusted } from '../report/document.ts';
import { EFFORT_WORDS, languageOf, reasonsOf, reportDocument } from '../report/report.ts';
import { toTerminal } from '../report/terminal.ts';
import { columnsOf, wrapped } from '../report/wrap.ts';
import { commandLine } from '../session.ts';
import { BINDINGS } from './keys.ts';
import { barOf, barWidthFor, LONGEST_NAME, padded, shortened } from './layout.ts';
import { askedSymptom, listedCauses, type Model, reportOf, screenOf, standingOf, symptomOf } from './model.ts';
import type { Theme } from './theme.ts';

type Style = 'bold' | 'dim' | 'cyan' | 'green';

/** The report: verdict, causes to unfold, steps, what is open, and the command line that says the same. */
export function resultPage(model: Model, width: number, theme: Theme): string[] {
  const { knowledge } = model.desk;
  const report = reportOf(model);
  const lines = (document: Document, columns = width) => toLines(document, columns, theme);
  const paint = painter(theme);
  const document = reportDocument(report, knowledge, {
    top: 5,
    plot: model.desk.plot(width),
    remarks: model.desk.remarks,
  });
  const opening = document.slice(
    0,
    Math.max(
      0,
      document.findIndex(({ kind }) => kind === 'bars'),
    ),
  );
  const out = lines(opening.length > 0 ? opening : document.slice(0, 2));
  const causes = listedCauses(model);
  out.push('', paint('Likely causes', 'bold'));
  const rest = 1 - causes.reduce((sum, { probability }) => sum + probability, 0);
  const barWidth = theme.spoken ? 0 : barWidthFor(width - 6);
  const nameWidth = Math.min(LONGEST_NAME, width - 15 - (barWidth > 0 ? barWidth + 2 : 0));
  for (const [index, cause] of causes.entries()) {
    const isMarked = index === model.view.cursor;
    const isOpen = model.view.open.has(cause.id);
    const lead = `${isMarked ? theme.marks.pointer : ' '} ${index + 1} ${isOpen ? theme.marks.unfolded : theme.marks.folded} `;
    const [filled, empty] = barOf(cause.probability, barWidth, theme);
    const bar = barWidth > 0 ? `  ${paint(filled, 'cyan')}${paint(empty, 'dim')}` : '';
    const name = padded(shortened(cause.name, nameWidth, theme.marks.cut), nameWidth);
    out.push(
      `${isMarked ? paint(lead, 'cyan', 'bold') : lead}${isMarked ? paint(name, 'bold') : name}${bar}${percent(cause.probability).padStart(7)}`,
    );
    if (isOpen) {
      out.push(
        ...lines(causeBlocks(model, report, cause, index === 0 && report.verdict === 'diagnosed'), width - 4).map(
          (line) => (line === '' ? '' : `    ${line}`),
        ),
      );
      if (index < causes.length - 1) out.push('');
    }
  }
  const others = report.causes.length - causes.length;
  out.push(
    paint(
      `      ${padded(`${others} others, or none of these`, Math.max(0, nameWidth))}${' '.repeat(barWidth > 0 ? barWidth + 2 : 0)}${percent(Math.max(0, rest)).padStart(7)}`,
      'dim',
    ),
  );
  const steps = document.findIndex(({ kind }) => kind === 'steps');
  if (steps > 0) out.push('', ...lines(document.slice(steps - 1, steps + 1)));
  const conflicts = document.filter(
    (block) => block.kind === 'entry' && (block.label === 'Conflict' || block.label === 'Ruled out'),
  );
  if (conflicts.length > 0) out.push('', ...lines(conflicts));
  const open = [
    ...(report.next ? [{ symptom: report.next.symptom, why: report.next.question }] : []),
    ...report.unchecked,
  ].slice(0, 5);
  if (open.length > 0)
    out.push(
      '',
      ...lines([
        { kind: 'heading', level: 2, text: 'Unchecked' },
        {
          kind: 'list',
          items: open.map(({ why, symptom }) => `${why} (${knowledge.symptoms[symptom]?.name ?? symptom})`),
        },
      ]),
    );
  const { findings } = standingOf(model);
  if (findings.length > 0)
    out.push(
      '',
      ...lines([{ kind: 'heading', level: 2, text: 'The same from a script' }]),
      ...wrapCommand(commandLine(knowledge, findings), width - 4).map((line) => `    ${paint(line, 'cyan')}`),
    );
  return out;
}

function causeBlocks(model: Model, report: Report, cause: RankedCause, isToldAbove: boolean): Block[] {
  const { knowledge } = model.desk;
  const framework = report.evidence.find(({ symptom }) => symptom === 'framework')?.answer ?? 'pytorch';
  const reason = reasonsOf(knowledge);
  const [mechanism = ''] = cause.why.split(/\n\s*\n/);
  const blocks: Block[] = isToldAbove ? [] : [{ kind: 'text', text: cause.summary }];
  const entry = (label: string, items: readonly Prose[], tone?: 'good' | 'bad') => {
    if (items.length > 0) blocks.push({ kind: 'entry', label, items, ...(tone ? { tone } : {}) });
  };
  entry('For', cause.for.slice(0, 6).map(reason), 'good');
  entry('Against', cause.against.slice(0, 6).map(reason), 'bad');
  entry('Confirm', [`[${EFFORT_WORDS[cause.confirm.effort]}] ${cause.confirm.do} ${cause.confirm.expect}`]);
  if (cause.confirm.code)
    blocks.push({ kind: 'code', language: languageOf(cause.confirm.code, framework), text: cause.confirm.code });
  for (const [index, { do: action, kind, why, note, cost, code }] of cause.remedies.slice(0, 3).entries()) {
    entry(`Remedy ${index + 1}`, [
      `${action} (${kind}): ${note ? `${note} ` : ''}${why}${cost ? ` Costs: ${cost}` : ''}`,
    ]);
    if (code) blocks.push({ kind: 'code', language: languageOf(code, framework), text: code });
  }
  if (cause.remedies.length > 3)
    entry(
      'Also',
      cause.remedies.slice(3).map(({ do: action, kind }) => `${action} (${kind})`),
    );
  entry('Why', [mechanism]);
  entry('Not if', cause.falseAlarms.slice(0, 3));
  const cited = new Set([...citations(blocks), ...(knowledge.causes[cause.id]?.sources ?? []).slice(0, 3)]);
  const sources = [...cited].flatMap((id) => {
    const source = knowledge.sources[id];
    return source ? [{ id, title: source.title, url: source.url }] : [];
  });
  if (sources.length > 0) blocks.push({ kind: 'heading', level: 3, text: 'Sources' }, { kind: 'sources', sources });
  return blocks;
}

/** How to find the answer to what is asked, then every key. */
export function helpPage(model: Model, width: number, theme: Theme): string[] {
  const { knowledge } = model.desk;
  const screen = screenOf(model);
  const symptom = askedSymptom(model);
  const document: Block[] = [];
  if (symptom !== null) {
    const { question, help, how, code, answers, 'find-with': checks } = symptomOf(model, symptom);
    const framework = standingOf(model).evidence.facts.find((fact) => fact.symptom === 'framework')?.answer ?? null;
    document.push({ kind: 'heading', level: 1, text: question }, { kind: 'text', text: help });
    if (how)
      document.push(
        { kind: 'heading', level: 2, text: 'How to find the answer' },
        { kind: 'list', items: how.split('\n').filter((line) => line.trim() !== '') },
      );
    const own = framework === null ? null : codeFor(code, framework);
    const snippets = own === null ? Object.entries(code) : [[framework ?? '', own] as const];
    for (const [name, text] of snippets)
      if (text !== undefined)
        document.push(
          { kind: 'text', text: name === 'any' ? 'Anywhere:' : `${name}:`, tone: 'quiet' },
          { kind: 'code', language: 'text', text },
        );
    const known = checks.flatMap((id) => (knowledge.checks[id] ? [knowledge.checks[id]] : []));
    if (known.length > 0)
      document.push(
        { kind: 'heading', level: 2, text: 'Checks that answer it' },
        { kind: 'list', items: known.map(({ name, do: action }) => `${name}: ${action}`) },
      );
    document.push(
      { kind: 'heading', level: 2, text: 'As a flag' },
      {
        kind: 'list',
        items: Object.entries(answers).map(([id, { label }]): Prose => [`\`--${symptom} ${id}\`: `, untrusted(label)]),
      },
    );
  }
  document.push({ kind: 'heading', level: 2, text: 'Keys' });
  const keys = BINDINGS.filter(({ on, command }) => on.includes(screen) && command !== 'theirs');
  const named = keys.map(
    ({ keys: names, does }) => [names.map((name) => (name === ' ' ? 'space' : name)).join(' '), does] as const,
  );
  const first = Math.max(...named.map(([name]) => name.length));
  return [
    ...toLines(document, width, theme),
    ...named.map(([name, does]) => shortened(`${padded(name, first)}  ${does}`, width, theme.marks.cut)),
    ...(screen === 'report'
      ? []
      : [shortened(`${padded('1-9', first)}  take that answer at once`, width, theme.marks.cut)]),
    shortened(`${padded('ctrl-c', first)}  leave at once`, width, theme.marks.cut),
  ];
}

function toLines(document: Document, width: number, theme: Theme): string[] {
  if (document.length === 0) return [];
  return toTerminal(document, { ...theme, width })
    .trimEnd()
    .split('\n')
    .flatMap((line) => (columnsOf(line) <= width ? [line] : continued(line, width)));
}

/** Code is wider than a terminal at times; it goes on in the next line, further in, since nobody can scroll sideways. */
function continued(line: string, width: number): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  const [, indent = '', style = '', text = ''] = /^( *)((?:\u001B\[[0-9;]*m)*)(.*)$/.exec(line) ?? [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  const plain = text.replaceAll(/\u001B\[[0-9;]*m/g, '');
  return wrapped(plain, Math.max(8, width - indent.length - 4)).map(
    (part, index) => `${indent}${index === 0 ? '' : '    '}${style}${part}${style === '' ? '' : '\u001B[0m'}`,
  );
}

const painter =
  ({ color }: Theme) =>
  (text: string, ...styles: Style[]): string =>
    color && text !== '' ? styleText(styles, text, { validateStream: false }) : text;

/** A command over several lines, as a shell takes it. */
export function wrapCommand(command: string, width: number): string[] {
  const parts = command.split(/ (?=--)/);
  const out: string[] = [];
  let line = parts[0] ?? '';
  for (const part of parts.slice(1))
    if (line.length + part.length + 3 <= width) line += ` ${part}`;
    else {
      out.push(`${line} \\`);
      line = `  ${part}`;
    }
  return [...out, line];
}
