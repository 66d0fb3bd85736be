/**
 * What a report or a page says, as blocks: written once, shown by `terminal.ts` and `markdown.ts`.
 *
 * Prose is the knowledge base's own: `code` in backquotes, `**strong**`, `[source-id]` for a citation. Text that came from a file or
 * a person is wrapped in `untrusted` and shown as plain characters.
 */
export interface Untrusted {
  readonly untrusted: string;
}
export type Prose = string | readonly (string | Untrusted)[];

export const untrusted = (text: string): Untrusted => ({ untrusted: text });

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: Prose; readonly aside?: string }
  | { readonly kind: 'text'; readonly text: Prose; readonly tone?: 'strong' | 'quiet' }
  | { readonly kind: 'list'; readonly items: readonly Prose[] }
  /** A word, then what it introduces: `For`, `Against`, `Confirm`. */
  | { readonly kind: 'entry'; readonly label: string; readonly tone?: 'good' | 'bad'; readonly items: readonly Prose[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'figure'; readonly lines: readonly string[] }
  | {
      readonly kind: 'bars';
      readonly rows: readonly { readonly label: string; readonly share: number; readonly mark?: string }[];
      readonly rest: { readonly label: string; readonly share: number } | null;
    }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Prose[])[] }
  | {
      readonly kind: 'steps';
      readonly steps: readonly {
        readonly tag: string;
        readonly do: Prose;
        readonly why: Prose;
        readonly code: string | null;
        readonly language: string;
      }[];
    }
  | {
      readonly kind: 'sources';
      readonly sources: readonly { readonly id: string; readonly title: string; readonly url: string }[];
    };

export type Document = readonly Block[];

/** A probability in words for people: whole per cent, and never a false 0 or 100. */
export function percent(probability: number): string {
  const whole = Math.round(probability * 100);
  if (whole === 0 && probability > 0) return '<1 %';
  if (whole === 100 && probability < 1) return '>99 %';
  return `${whole} %`;
}

/** Splits prose at its code spans and citations. */
export function pieces(prose: Prose): readonly Piece[] {
  const parts = typeof prose === 'string' ? [prose] : prose;
  return parts.flatMap((part): Piece[] => {
    if (typeof part !== 'string') return [{ kind: 'untrusted', text: part.untrusted }];
    const found: Piece[] = [];
    let from = 0;
    for (const match of part.matchAll(
      /`([^`]+)`|\[([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\]|(?<![\w)])\*\*(\S[^*]*\S)\*\*(?!\w)/g,
    )) {
      if (match.index > from) found.push({ kind: 'plain', text: part.slice(from, match.index) });
      const [, code, citation, strong] = match;
      if (code !== undefined) found.push({ kind: 'code', text: code });
      else if (citation !== undefined) found.push({ kind: 'citation', text: citation });
      else found.push({ kind: 'strong', text: strong ?? '' });
      from = match.index + match[0].length;
    }
    if (from < part.length) found.push({ kind: 'plain', text: part.slice(from) });
    return found;
  });
}

export interface Piece {
  readonly kind: 'plain' | 'strong' | 'code' | 'citation' | 'untrusted';
  readonly text: string;
}

/** The citations of a document in the order of their first use: what the numbers [1], [2] … stand for. */
export function citations(document: Document): readonly string[] {
  const found = new Set<string>();
  const look = (prose: Prose) => {
    for (const piece of pieces(prose)) if (piece.kind === 'citation') found.add(piece.text);
  };
  for (const block of document) {
    if (block.kind === 'text' || block.kind === 'heading') look(block.text);
    else if (block.kind === 'list' || block.kind === 'entry') block.items.forEach(look);
    else if (block.kind === 'table') block.rows.flat().forEach(look);
    else if (block.kind === 'steps')
      block.steps.forEach((step) => {
        look(step.do);
        look(step.why);
      });
  }
  for (const block of document) if (block.kind === 'sources') for (const { id } of block.sources) found.add(id);
  return [...found];
}
