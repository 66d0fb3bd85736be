import { STEP_NAMES } from './names.ts';
import { parseNumber } from './number.ts';
import { type LineFormat, type LogRecord, record } from './record.ts';

/** Columns that are looked at; the rest of a very wide table is named in a note. */
export const MOST_COLUMNS = 512;

/** A table of a header and rows, as its first lines show it. */
export interface Table {
  readonly separator: string;
  readonly columns: readonly string[];
  readonly format: LineFormat;
  /** Columns that were never missing so far, by name: empty cells there are a sign. */
  readonly cut: boolean;
}

/** Columns that are aligned with spaces, as fastai and pandas print them. */
const ALIGNED = '  ';

/** Splits one row; quotes protect separators. */
export function splitRow(line: string, separator: string, most = MOST_COLUMNS): string[] {
  if (separator === ALIGNED) return line.trim().split(/ {2,}/, most);
  const cells: string[] = [];
  if (!line.includes('"')) {
    let from = 0;
    while (cells.length < most) {
      const at = line.indexOf(separator, from);
      if (at < 0) {
        cells.push(line.slice(from).trim());
        return cells;
      }
      cells.push(line.slice(from, at).trim());
      from = at + separator.length;
    }
    return cells;
  }
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < line.length && cells.length < most; at += 1) {
    const character = line[at] as string;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (line[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === separator) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  if (cells.length < most) cells.push(cell.trim());
  return cells;
}

const SEPARATORS = [',', '\t', ';', '|', ALIGNED];

/** Recognises a table by its header and its second row; `null` for anything else. */
export function recogniseTable(lines: readonly string[]): Table | null {
  const [head, ...rows] = lines.filter((line) => line.trim() !== '' && !/^[\s|+-]+$/.test(line));
  if (head === undefined || head.length > 1 << 20) return null;
  for (const separator of SEPARATORS) {
    const count = head.split(separator, MOST_COLUMNS + 1).length;
    if (count < 2) continue;
    const columns = splitRow(head, separator);
    if (columns.some((name) => name.length > 120 || /[{}=]|: /.test(name))) continue;
    // The index column of pandas has no name.
    const named = columns.filter((name) => /[A-Za-z]/.test(name));
    if (
      named.length < columns.length - 1 ||
      named.length < 2 ||
      columns.some((name) => parseNumber(name) !== undefined)
    )
      continue;
    const first = rows[0];
    if (first === undefined) {
      if (separator === '|' || separator === ALIGNED || !columns.some((name) => /loss|epoch|step/i.test(name)))
        continue;
    } else {
      const cells = splitRow(first, separator);
      if (Math.abs(cells.length - columns.length) > 1) continue;
      if (!cells.some((cell) => cell !== '' && parseNumber(cell) !== undefined)) continue;
      if (separator === '|' && cells.some((cell) => cell !== '' && parseNumber(cell) === undefined)) continue;
      // Much is aligned with spaces: a table names a loss, and its cells but one (a time) are numbers.
      if (
        separator === ALIGNED &&
        (cells.length !== columns.length ||
          !columns.some((name) => /loss/i.test(name)) ||
          cells.filter((cell) => parseNumber(cell) === undefined).length > 1)
      )
        continue;
    }
    return { separator, columns, format: tableFormat(columns, separator), cut: count > MOST_COLUMNS };
  }
  return null;
}

function toolOf(columns: readonly string[]): {
  tool: string;
  framework?: 'pytorch' | 'tensorflow';
  architecture?: string;
} {
  const has = (pattern: RegExp) => columns.some((name) => pattern.test(name));
  if (has(/^train\/box_loss|^metrics\/mAP/))
    return { tool: 'Ultralytics results.csv', framework: 'pytorch', architecture: 'detector' };
  if (has(/^time\/total_timesteps|^rollout\/ep_rew_mean|^eprewmean|^total\/steps/))
    return { tool: 'reinforcement-learning progress.csv', architecture: 'rl' };
  if (has(/^train_loss$/) && has(/^valid_loss$/) && has(/^time$/)) return { tool: 'fastai', framework: 'pytorch' };
  if (columns[0] === 'epoch' && has(/^val_loss$/)) return { tool: 'Keras CSVLogger', framework: 'tensorflow' };
  if (has(/^step$/) && has(/^epoch$/)) return { tool: 'Lightning CSVLogger', framework: 'pytorch' };
  if (has(/ - \S/) && has(/^Step$/)) return { tool: 'W&B export' };
  return { tool: 'CSV table' };
}

/** A format whose lines are the rows of this table. Empty cells and `NA` are missing, never NaN. */
function tableFormat(columns: readonly string[], separator: string): LineFormat {
  const lower = columns.map((name) => name.toLowerCase());
  const stepName = STEP_NAMES.find((name) => lower.includes(name));
  const stepAt = stepName === undefined ? -1 : lower.indexOf(stepName);
  const epochAt = lower.findIndex((name) => name === 'epoch' || name === 'epochs');
  const skipped = columns.map((name) => /__(?:MIN|MAX)$/.test(name) || name === '');
  const names = columns.map((name) => name.replace(/^.{1,80} - /, ''));
  return {
    id: 'csv',
    ...toolOf(columns),
    firstEpoch: null,
    expects: names.filter((_, index) => index !== stepAt && index !== epochAt && !skipped[index]),
    find: [],
    read(line): LogRecord | null {
      const cells = splitRow(line, separator);
      if (cells.length < 2 || cells.length < columns.length - 1) return null;
      const found: string[] = [];
      const values: number[] = [];
      let step: number | null = null;
      let epoch: number | null = null;
      for (let index = 0; index < columns.length; index += 1) {
        const cell = cells[index];
        if (cell === undefined || cell === '' || skipped[index]) continue;
        const value = parseNumber(cell);
        if (value === undefined) continue;
        if (index === stepAt) step = value;
        else if (index === epochAt) epoch = value;
        else {
          found.push(names[index] as string);
          values.push(value);
        }
      }
      if (found.length === 0 && step === null && epoch === null) return null;
      return record({ step, epoch, names: found, values });
    },
    samples: [],
  };
}
