/** A document as GitHub-flavoured Markdown, to be pasted into an issue tracker. */
import { markdownCode } from '../untrusted.ts';
import { type Block, citations, type Document, type Prose, percent, pieces } from './document.ts';

/** Renders a document; ends with a line break. */
export function toMarkdown(document: Document): string {
  const number = new Map(citations(document).map((id, index) => [id, index + 1]));
  const address = new Map(
    document.flatMap((block) =>
      block.kind === 'sources' ? block.sources.map(({ id, url }) => [id, url] as const) : [],
    ),
  );
  const inline = (prose: Prose) =>
    pieces(prose)
      .map(({ kind, text }) => {
        if (kind === 'code') return `\`${text}\``;
        if (kind === 'untrusted') return markdownCode(text);
        if (kind === 'plain') return escaped(text);
        if (kind === 'strong') return `**${escaped(text)}**`;
        const url = address.get(text);
        return url === undefined ? '' : `[\\[${number.get(text)}\\]](${url})`;
      })
      .join('');
  const oneLine = (prose: Prose) => inline(prose).replaceAll(/\s*\n\s*/g, ' ');
  const render = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `${'#'.repeat(block.level)} ${oneLine(block.text)}${block.aside ? ` (${block.aside})` : ''}`;
      case 'text':
        return block.tone === 'strong' ? `**${oneLine(block.text)}**` : inline(block.text);
      case 'list':
        return block.items.map((item) => `- ${oneLine(item)}`).join('\n');
      case 'entry':
        if (/^\d+\.$/.test(block.label)) return `${block.label} ${block.items.map(oneLine).join(' ')}`;
        return block.items.length === 1
          ? `**${block.label}:** ${oneLine(block.items[0] ?? '')}`
          : `**${block.label}:**\n\n${block.items.map((item) => `- ${oneLine(item)}`).join('\n')}`;
      case 'code':
        return fenced(block.text, block.language);
      case 'figure':
        return fenced(block.lines.join('\n'), 'text');
      case 'bars': {
        const rows = block.rows.map(
          ({ label, share }, index) => `| ${index + 1} | ${escaped(label)} | ${percent(share)} |`,
        );
        const rest = block.rest === null ? [] : [`| | ${escaped(block.rest.label)} | ${percent(block.rest.share)} |`];
        return ['| | cause | probability |', '| --- | --- | --- |', ...rows, ...rest].join('\n');
      }
      case 'table': {
        const line = (cells: readonly string[]) =>
          `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
        return [
          line(block.head),
          line(block.head.map(() => '---')),
          ...block.rows.map((row) => line(row.map(oneLine))),
        ].join('\n');
      }
      case 'steps':
        return block.steps
          .map(({ tag, do: action, why, code, language }) => {
            const text = `- [ ] **\\[${tag}\\]** ${oneLine(action)}\n      ${oneLine(why)}`;
            return code === null ? text : `${text}\n\n${fenced(code, language).replaceAll(/^(?=.)/gm, '  ')}\n`;
          })
          .join('\n');
      case 'sources':
        return block.sources.map(({ id, title, url }) => `${number.get(id)}. [${escaped(title)}](${url})`).join('\n');
    }
  };
  return `${document
    .map(render)
    .join('\n\n')
    .replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

/** Prose outside code spans: what Markdown would take for markup. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\*_[\]~]/g, '\\$&')
    .replaceAll(/^(\s*)([#+>])/gm, '$1\\$2');
}

function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n+$/, '')}\n${fence}`;
}
