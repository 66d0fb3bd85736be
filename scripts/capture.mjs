// A picture of the interview, taken from the real program on a pseudo-terminal: what stands in the cells becomes SVG.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless');

const COLUMNS = 92;
const ROWS = 27;
const CELL = { width: 8.43, height: 18, font: 14 };
const PAPER = '#16181d';
const INK = '#d8dbe2';
/** The sixteen colours of the terminal; the rest of the 256 is computed. */
const COLOURS =
  '#3b4048 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #d8dbe2 #7a818e #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #ffffff'.split(
    ' ',
  );

/** The interview on the log of the example, at its second question, as SVG. */
export async function capture(root) {
  const folder = mkdtempSync(join(tmpdir(), 'whynan-capture-'));
  cpSync(join(root, 'examples/house-prices/train.log'), join(folder, 'train.log'));
  const terminal = new Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const { PATH } = process.env;
  const program = spawn(process.execPath, [join(root, 'dist/cli.cjs'), 'train.log', '--optimizer', 'sgd'], {
    cols: COLUMNS,
    rows: ROWS,
    cwd: folder,
    env: { PATH, HOME: folder, LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor' },
  });
  let raw = '';
  let drawn = Promise.resolve();
  let wake = () => {};
  program.onData((data) => {
    raw += data;
    drawn = new Promise((resolve) => {
      terminal.write(data, resolve);
    });
    wake();
  });
  const exit = new Promise((resolve) => program.onExit(resolve));
  const isDrawing = () => raw.lastIndexOf('\u001B[?2026h') > raw.lastIndexOf('\u001B[?2026l');
  const screen = () =>
    Array.from({ length: ROWS }, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '').join(
      '\n',
    );
  const until = async (pattern) => {
    const end = Date.now() + 20_000;
    for (;;) {
      await drawn;
      if (!isDrawing() && pattern.test(screen())) return;
      if (Date.now() > end) throw new Error(`The interview does not show ${pattern}:\n${screen()}`);
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, 200);
      });
    }
  };
  try {
    await until(/question 1\b/);
    for (const [keys, shown] of ANSWERS) {
      program.write(keys);
      await until(shown);
    }
    return svg(terminal);
  } finally {
    program.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keys to press, and what the screen shows then. */
const ANSWERS = [['u', /question 2\b/]];

function svg(terminal) {
  const lines = [];
  const cell = terminal.buffer.active.getNullCell();
  for (let row = 0; row < ROWS; row++) {
    const line = terminal.buffer.active.getLine(row);
    const spans = [];
    for (let column = 0; column < COLUMNS; column++) {
      line?.getCell(column, cell);
      if (cell.getWidth() === 0) continue;
      const text = cell.getChars() || ' ';
      const inverse = Boolean(cell.isInverse());
      const style = JSON.stringify({
        fill: inverse ? PAPER : (colour(cell, 'Fg') ?? INK),
        back: inverse ? (colour(cell, 'Fg') ?? INK) : colour(cell, 'Bg'),
        bold: Boolean(cell.isBold()),
        dim: Boolean(cell.isDim()),
      });
      const last = spans.at(-1);
      if (last?.style === style && last.column + last.text.length === column) last.text += text;
      else spans.push({ style, column, text });
    }
    const y = (row + 1) * CELL.height + 10;
    for (const { style, column, text } of spans) {
      const { fill, back, bold, dim } = JSON.parse(style);
      const x = (column * CELL.width + 16).toFixed(1);
      const width = (text.length * CELL.width).toFixed(1);
      if (back !== null)
        lines.push(`<rect x="${x}" y="${y - 13}" width="${width}" height="${CELL.height}" fill="${back}"/>`);
      if (text.trim() === '') continue;
      const extra = `${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
      lines.push(
        `<text x="${x}" y="${y}" fill="${fill}"${extra} textLength="${width}" xml:space="preserve">${escaped(text)}</text>`,
      );
    }
  }
  const width = Math.round(COLUMNS * CELL.width + 32);
  const height = ROWS * CELL.height + 28;
  const title = 'whynan asks: the question, its answers, and how probable each cause is by now';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${CELL.font}">
<title>${title}</title>
<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>
${lines.join('\n')}
</svg>
`;
}

function colour(cell, ground) {
  if (cell[`is${ground}Default`]()) return null;
  const value = cell[`get${ground}Color`]();
  if (cell[`is${ground}RGB`]()) return `#${value.toString(16).padStart(6, '0')}`;
  if (value < 16) return COLOURS[value];
  const level = (step) => (step === 0 ? 0 : 55 + step * 40);
  const [r, g, b] =
    value > 231
      ? Array(3).fill(8 + (value - 232) * 10)
      : [Math.floor((value - 16) / 36), Math.floor((value - 16) / 6) % 6, (value - 16) % 6].map(level);
  return `#${((r << 16) | (g << 8) | b).toString(16).padStart(6, '0')}`;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
