/** A document as terminal text: aligned, wrapped to the width, readable without colour and without Unicode. */
import { styleText } from 'node:util';
import { printable } from '../untrusted.ts';
import { type Block, citations, type Document, type Prose, percent, pieces } from './document.ts';
import { columnsOf, wrapped as linesOf } from './wrap.ts';

export interface TerminalOptions {
  /** Columns; prose is wrapped to at most 100. */
  readonly width: number;
  readonly color: boolean;
  readonly unicode: boolean;
  /** Whether it is read aloud: no bars, no pictures, and tables as entries instead of columns. */
  readonly spoken: boolean;
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'underline';

/** Renders a document; ends with a line break. */
export function toTerminal(document: Document, { width, color, unicode, spoken }: TerminalOptions): string {
  const columns = Math.max(20, Math.min(width, 100));
  const style = (text: string, ...styles: Style[]) =>
    color && text !== '' ? styleText(styles, text, { validateStream: false }) : text;
  const number = new Map(citations(document).map((id, index) => [id, index + 1]));
  const inline = (prose: Prose) =>
    pieces(prose)
      .map(({ kind, text }) => {
        if (kind === 'code') return style(text, 'cyan');
        if (kind === 'strong') return style(text, 'bold');
        if (kind === 'citation') return style(`[${number.get(text)}]`, 'dim');
        return kind === 'untrusted' ? printable(text) : text;
      })
      .join('');
  const wrapped = (text: string, indent: string, first = indent): string =>
    text
      .split('\n')
      .flatMap((line) => linesOf(line, Math.max(12, columns - columnsOf(indent))))
      .map((line, index) => (line === '' ? '' : (index === 0 ? first : indent) + line))
      .join('\n');
  /** Paragraphs are parted by blank lines; a single line break inside one is only how it was typed. */
  const paragraphs = (prose: Prose, indent: string, first = indent) =>
    inline(prose)
      .split(/\n\s*\n/)
      .map((paragraph, index) => wrapped(reflowed(paragraph), indent, index === 0 ? first : indent))
      .join('\n\n');

  const render = (block: Block): string => {
    switch (block.kind) {
      case 'heading': {
        const text = inline(block.text);
        const aside = block.aside ?? '';
        const head =
          block.level === 3
            ? style(text, 'bold')
            : style(text, 'bold', ...(block.level === 1 ? [] : (['underline'] as const)));
        const gap = columns - columnsOf(text) - columnsOf(aside);
        if (aside === '') return wrapped(head, '');
        return gap >= 2
          ? `${head}${' '.repeat(gap)}${style(aside, 'bold')}`
          : `${wrapped(head, '')}\n${style(aside, 'bold')}`;
      }
      case 'text': {
        const text = paragraphs(block.text, '');
        return block.tone === 'strong' ? style(text, 'bold') : block.tone === 'quiet' ? style(text, 'dim') : text;
      }
      case 'list':
        return block.items.map((item) => paragraphs(item, '  ', unicode ? '• ' : '- ')).join('\n');
      case 'entry': {
        const label = style(
          block.label,
          'bold',
          ...(block.tone === 'good' ? (['green'] as const) : block.tone === 'bad' ? (['red'] as const) : []),
        );
        const space = columns < 60 ? 2 : /^\d+\.$/.test(block.label) ? 4 : 10;
        const pad = ' '.repeat(space);
        const items = block.items.map((item) =>
          paragraphs(
            item,
            block.items.length > 1 ? `${pad}  ` : pad,
            block.items.length > 1 ? `${pad}${unicode ? '•' : '-'} ` : pad,
          ),
        );
        if (columns < 60) return [label, ...items].join('\n');
        const [first = '', ...rest] = items;
        return [
          `${label}${' '.repeat(Math.max(1, space - columnsOf(block.label)))}${first.slice(space)}`,
          ...rest,
        ].join('\n');
      }
      case 'code':
        return indented(block.text, '    ', (line) => style(line, 'cyan'));
      case 'figure':
        return block.lines.join('\n');
      case 'bars':
        return bars(block, columns, spoken || columns < 60 ? 0 : 20, unicode, style);
      case 'table':
        return table(
          block.head,
          block.rows.map((row) => row.map(inline)),
          columns,
          spoken,
          style,
          wrapped,
        );
      case 'steps':
        return block.steps
          .map(({ tag, do: action, why, code }, index) => {
            const first = `${String(index + 1).padStart(2)}  `;
            const head =
              columns >= 60
                ? `${style(`[${tag}]`, 'dim')} ${inline(action)}`
                : `${inline(action)} ${style(`[${tag}]`, 'dim')}`;
            const body = [wrapped(reflowed(head), '    ', first), style(paragraphs(why, '    '), 'dim')];
            if (code !== null) body.push(indented(code, '      ', (line) => style(line, 'cyan')));
            return body.join('\n');
          })
          .join('\n');
      case 'sources':
        return block.sources
          .map(({ id, title, url }) =>
            wrapped(`${title} ${style(url, 'dim')}`, '     ', `${`[${number.get(id)}]`.padEnd(5)}`),
          )
          .join('\n');
    }
  };
  // An entry follows its heading or another entry without a gap; everything else is a paragraph of its own.
  const tight = (before: Block | undefined, block: Block) =>
    before !== undefined &&
    ((block.kind === 'entry' && before.kind === 'entry') || (before.kind === 'heading' && block.kind !== 'figure'));
  const shown = spoken ? document.filter(({ kind }) => kind !== 'figure') : document;
  return `${shown.map((block, index) => (index === 0 ? '' : tight(shown[index - 1], block) ? '\n' : '\n\n') + render(block)).join('')}\n`;
}

/** Lists inside prose keep their lines; anything else becomes one line. */
function reflowed(paragraph: string): string {
  return /^\s*([-|*]|\d+\.) /m.test(paragraph) ? paragraph : paragraph.replaceAll(/\s*\n\s*/g, ' ');
}

const indented = (text: string, indent: string, style: (line: string) => string): string =>
  text
    .replaceAll('\t', '    ')
    .split('\n')
    .map((line) => (line === '' ? '' : indent + style(line)))
    .join('\n');

function bars(
  { rows, rest }: Extract<Block, { kind: 'bars' }>,
  columns: number,
  barWidth: number,
  unicode: boolean,
  style: (text: string, ...styles: Style[]) => string,
): string {
  const all = rest === null ? rows : [...rows, { ...rest, mark: undefined }];
  const longest = Math.max(...all.map(({ label }) => columnsOf(label)));
  const labelWidth = Math.min(longest, columns - barWidth - (barWidth > 0 ? 2 : 0) - 10);
  return all
    .map(({ label, share, mark }, index) => {
      const own = columnsOf(label) > labelWidth ? `${label.slice(0, labelWidth - 1)}${unicode ? '…' : '~'}` : label;
      const filled = Math.round(share * barWidth);
      const bar =
        barWidth === 0
          ? ''
          : `  ${index < rows.length ? style(`${(unicode ? '█' : '#').repeat(filled)}`, 'cyan') + style((unicode ? '·' : '.').repeat(barWidth - filled), 'dim') : ' '.repeat(barWidth)}`;
      const place = index < rows.length ? String(index + 1).padStart(2) : '  ';
      return `${place} ${own.padEnd(labelWidth + own.length - columnsOf(own))}${bar} ${percent(share).padStart(6)}${mark ? `  ${mark}` : ''}`.trimEnd();
    })
    .join('\n');
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  spoken: boolean,
  style: (text: string, ...styles: Style[]) => string,
  wrapped: (text: string, indent: string, first?: string) => string,
): string {
  const cells = (column: number) => [head, ...rows].map((row) => row[column] ?? '');
  const natural = head.map((_, column) => Math.max(...cells(column).map(columnsOf)));
  const words = head.map((_, column) =>
    Math.max(
      ...cells(column)
        .flatMap((cell) => cell.split(/ |(?<=\/)/))
        .map(columnsOf),
    ),
  );
  const widths = shared(natural, columns - GAP * (head.length - 1));
  if (spoken || widths.some((width, column) => width < Math.min(words[column] as number, LONGEST_UNCUT_WORD))) {
    // No columns: the first cell, then what the others say, each behind its heading.
    const named = (cell: string, column: number) =>
      cell === '' ? [] : [head.length > 2 && head[column] !== '' ? `${style(`${head[column]}`, 'dim')} ${cell}` : cell];
    return rows
      .map(([first = '', ...others]) =>
        [
          wrapped(style(first, 'bold'), '  ', ''),
          wrapped(others.flatMap((cell, index) => named(cell, index + 1)).join('; '), '  '),
        ]
          .filter((line) => line.trim() !== '')
          .join('\n'),
      )
      .join('\n');
  }
  const row = (texts: readonly string[]) => {
    const lines = widths.map((width, column) => linesOf(texts[column] ?? '', width));
    return Array.from({ length: Math.max(...lines.map(({ length }) => length)) }, (_, index) =>
      lines
        .map((own, column) => {
          const text = own[index] ?? '';
          return text + ' '.repeat(Math.max(0, (widths[column] as number) - columnsOf(text)));
        })
        .join(' '.repeat(GAP))
        .trimEnd(),
    ).join('\n');
  };
  return [...(head.some((cell) => cell !== '') ? [style(row(head), 'dim')] : []), ...rows.map(row)].join('\n');
}

const GAP = 2;
/** Up to this length a word in a column is not cut; the columns become entries instead. */
const LONGEST_UNCUT_WORD = 24;

/** Divides a width among columns: who needs less than an equal part keeps what it needs, the others share the rest. */
function shared(natural: readonly number[], width: number): number[] {
  const widths: number[] = natural.map(() => 0);
  let rest = width;
  [...natural.keys()]
    .sort((a, b) => (natural[a] as number) - (natural[b] as number))
    .forEach((column, index) => {
      widths[column] = Math.max(1, Math.min(natural[column] as number, Math.floor(rest / (natural.length - index))));
      rest -= widths[column] as number;
    });
  return widths;
}
