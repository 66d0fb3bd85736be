/**
 * Lines of a given width. Almost all text is ASCII, for which a width is a length; loading Unicode's tables for it would
 * double the time of a report.
 */
import { eastAsianWidth } from 'get-east-asian-width';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that `styleText` writes
const STYLE = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes, its colours not counted. */
export function columnsOf(text: string): number {
  const plain = text.includes('\u001b') ? text.replaceAll(STYLE, '') : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\u0000-\u007f]*$/.test(plain)) return plain.length;
  let columns = 0;
  for (const character of plain)
    if (!/\p{M}/u.test(character)) columns += eastAsianWidth(character.codePointAt(0) ?? 0);
  return columns;
}

/** Breaks a line at spaces into lines of at most `width` columns; a longer word is cut, a path behind a slash. */
export function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of line.split(/ +/)) {
    if (word === '') continue;
    let rest = word;
    let columns = columnsOf(rest);
    if (used > 0 && used + 1 + columns <= width) {
      current += ` ${rest}`;
      used += 1 + columns;
      continue;
    }
    if (used > 0) lines.push(current);
    while (columns > width) {
      const head = fitting(rest, width);
      lines.push(head);
      rest = rest.slice(head.length);
      columns = columnsOf(rest);
    }
    current = rest;
    used = columns;
  }
  if (used > 0 || lines.length === 0) lines.push(current);
  return lines;
}

/** The longest beginning of a word that fits, at least one character; up to its last slash where that leaves a third of it. */
function fitting(word: string, width: number): string {
  let head = '';
  for (const character of word) {
    if (head !== '' && columnsOf(head + character) > width) break;
    head += character;
  }
  const slash = head.lastIndexOf('/') + 1;
  return slash > head.length / 3 ? head.slice(0, slash) : head;
}
