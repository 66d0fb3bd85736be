/** Text that came from a file or a person, made harmless for the place where it is shown. */

/**
 * Everything that could steer a terminal or reorder a line: C0 and C1 controls, bidirectional marks, zero-width and
 * other invisible format characters, line and paragraph separators, and unpaired surrogates.
 */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** One printable line of at most `most` characters; whatever could not be shown becomes a space or `?`. */
export function printable(text: string, most = 200): string {
  const line = text
    .slice(0, most * 4)
    .replaceAll(/[\t\r\n]+/g, ' ')
    .replaceAll(HARMFUL, '?');
  const characters = Array.from(line);
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

/** Untrusted text as Markdown inline code: there neither markup, nor HTML, nor a link, nor a mention means anything. */
export function markdownCode(text: string, most = 200): string {
  const line = printable(text, most);
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}
