/** The offline page of one unit of knowledge, and the list of all: what `whynan explain` shows and the docs are made of. */
import { nearest, UsageError } from '../evidence.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Cause, Check, Code, Guide, Remedy, Symptom } from '../schema.ts';
import { type Block, citations, type Document } from './document.ts';
import { EFFORT_WORDS, languageOf, lower } from './report.ts';

/** The kinds of units that have a page, in the order in which an identifier is looked up. */
export const PAGES = ['causes', 'symptoms', 'remedies', 'checks', 'guides'] as const;
export type PageKind = (typeof PAGES)[number];

const FRAMEWORK_NAMES: Record<keyof Code, string> = {
  pytorch: 'PyTorch',
  tensorflow: 'TensorFlow / Keras',
  jax: 'JAX',
  caffe: 'Caffe',
  any: 'Any framework',
};

/**
 * The page of a unit.
 * @throws {UsageError} for an identifier that no unit has
 */
export function page(knowledge: Knowledge, id: string): Document {
  const kind = PAGES.find((candidate) => Object.hasOwn(knowledge[candidate], id));
  const alias = Object.entries(knowledge.causes).find(([, { aliases }]) => aliases.includes(id))?.[0];
  const flag = Object.entries(knowledge.symptoms).find(([, { flags }]) => flags.includes(id))?.[0];
  if (kind === undefined && (alias ?? flag) !== undefined) return page(knowledge, (alias ?? flag) as string);
  if (kind === undefined) {
    const near = nearest(
      id,
      PAGES.flatMap((candidate) => Object.keys(knowledge[candidate])),
    );
    throw new UsageError(`"${id}" has no page.${near ? ` Did you mean "${near}"?` : ''} \`whynan explain\` lists all.`);
  }
  const blocks = {
    causes: () => causePage(knowledge, knowledge.causes[id] as Cause, id),
    symptoms: () => symptomPage(knowledge, knowledge.symptoms[id] as Symptom, id),
    remedies: () => remedyPage(knowledge, knowledge.remedies[id] as Remedy, id),
    checks: () => checkPage(knowledge, knowledge.checks[id] as Check),
    guides: () => guidePage(knowledge, knowledge.guides[id] as Guide),
  }[kind]();
  const unit = knowledge[kind][id] as { sources: readonly string[] };
  return [...blocks, ...sourceBlocks(knowledge, blocks, unit.sources)];
}

/** A unit as data; for null, the names of all. */
export function unitOf(knowledge: Knowledge, id: string | null): object {
  if (id === null)
    return Object.fromEntries(
      PAGES.map((kind) => [
        kind,
        Object.entries(knowledge[kind]).map(([name, unit]) => ({
          id: name,
          name: 'title' in unit ? unit.title : unit.name,
        })),
      ]),
    );
  page(knowledge, id);
  const kind = PAGES.find((candidate) => Object.hasOwn(knowledge[candidate], id)) as PageKind;
  return { id, kind, ...knowledge[kind][id] };
}

/** All pages by kind, with their names. */
export function listing(knowledge: Knowledge): Document {
  const titles: Record<PageKind, string> = {
    causes: 'Causes',
    symptoms: 'Symptoms',
    remedies: 'Remedies',
    checks: 'Checks',
    guides: 'Guides',
  };
  return PAGES.flatMap((kind): Block[] => [
    { kind: 'heading', level: 2, text: titles[kind] },
    {
      kind: 'table',
      head: ['', ''],
      rows: Object.entries(knowledge[kind]).map(([id, unit]) => [
        `\`${id}\``,
        'title' in unit ? unit.title : unit.name,
      ]),
    },
  ]);
}

function causePage(knowledge: Knowledge, cause: Cause, id: string): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: cause.name },
    { kind: 'text', text: cause.summary, tone: 'strong' },
    { kind: 'text', text: cause.mechanism },
    { kind: 'heading', level: 2, text: 'What you would see' },
    { kind: 'list', items: cause.signs },
  ];
  if (cause.presentations.length > 0)
    blocks.push(
      { kind: 'heading', level: 2, text: 'Looks like' },
      { kind: 'list', items: cause.presentations.map(({ name }) => name) },
    );
  blocks.push({ kind: 'heading', level: 2, text: 'What to do' });
  cause.remedies.forEach(({ use, note }, index) => {
    const remedy = knowledge.remedies[use] as Remedy;
    blocks.push({
      kind: 'entry',
      label: `${index + 1}.`,
      items: [`${remedy.name} (${remedy.kind}, \`${use}\`). ${note ? `${note} ` : ''}Why it works: ${remedy.why}`],
    });
  });
  blocks.push({ kind: 'heading', level: 2, text: 'How to confirm it' });
  for (const { do: action, expect, effort, code } of cause.confirm)
    blocks.push({ kind: 'text', text: `[${EFFORT_WORDS[effort]}] ${action} ${expect}` }, ...codeBlocks(code));
  const told = Object.entries(cause['confusable-with']);
  if (told.length > 0)
    blocks.push(
      { kind: 'heading', level: 2, text: 'Told apart from' },
      {
        kind: 'list',
        items: told.map(
          ([other, { ask, because }]) =>
            `${knowledge.causes[other]?.name ?? other} (\`${other}\`): ask \`${ask}\`. ${because}`,
        ),
      },
    );
  const out = Object.entries(cause['excluded-by']);
  if (out.length > 0)
    blocks.push(
      { kind: 'heading', level: 2, text: 'Ruled out by' },
      {
        kind: 'list',
        items: out.map(
          ([symptom, { answers, because }]) =>
            `\`${symptom}\` is ${answers.map((answer) => `\`${answer}\``).join(', ')}: ${because}`,
        ),
      },
    );
  if (cause['false-alarms'].length > 0)
    blocks.push({ kind: 'heading', level: 2, text: 'Not it if' }, { kind: 'list', items: cause['false-alarms'] });
  if (cause.corrections.length > 0)
    blocks.push(
      { kind: 'heading', level: 2, text: 'Common advice, corrected' },
      { kind: 'list', items: cause.corrections.map(({ says, right }) => `Said: ${says} Right: ${right}`) },
    );
  blocks.push(
    { kind: 'heading', level: 2, text: 'Evidence' },
    {
      kind: 'table',
      head: ['symptom', 'here', 'because'],
      rows: Object.entries(cause.evidence).map(([symptom, { words, because }]) => [
        `\`${symptom}\``,
        Object.entries(words)
          .map(([answer, word]) => `${answer} ${word}`)
          .join(', '),
        because,
      ]),
    },
  );
  if (cause.amplifies)
    blocks.push({
      kind: 'text',
      text: 'It mostly spreads a value that something else made non-finite first: find that too.',
      tone: 'strong',
    });
  blocks.push({
    kind: 'text',
    text: `Base rate: ${cause['base-rate']}. Family: ${cause.family}. Identifier: \`${id}\`.`,
    tone: 'quiet',
  });
  return blocks;
}

function symptomPage(knowledge: Knowledge, symptom: Symptom, id: string): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: symptom.name },
    { kind: 'text', text: `${symptom.question} ${symptom.help}`, tone: 'strong' },
    {
      kind: 'table',
      head: ['flag', 'means', 'also written'],
      rows: Object.entries(symptom.answers).map(([answer, { label, aliases }]) => [
        `\`--${id} ${answer}\``,
        label,
        aliases.join(', '),
      ]),
    },
  ];
  if (symptom.how)
    blocks.push({ kind: 'heading', level: 2, text: 'How to find the answer' }, { kind: 'text', text: symptom.how });
  blocks.push(...codeBlocks(symptom.code));
  if (symptom['find-with'].length > 0)
    blocks.push({
      kind: 'entry',
      label: 'Checks',
      items: symptom['find-with'].map((check) => `${knowledge.checks[check]?.name ?? check} (\`${check}\`)`),
    });
  if (symptom.number)
    blocks.push(
      { kind: 'heading', level: 2, text: 'What a number means' },
      {
        kind: 'table',
        head: ['for', 'low below', 'high above', 'very high above', ''],
        rows: symptom.number.bands.map((band) => [
          Object.entries(band.when)
            .map(([on, answers]) => `${on} ${answers.join('/')}`)
            .join(', ') || 'anything else',
          rate(band['low-below']),
          rate(band['high-above']),
          rate(band['very-high-above']),
          band.basis,
        ]),
      },
    );
  if (symptom.flags.length > 0)
    blocks.push({
      kind: 'text',
      text: `Other names: ${symptom.flags.map((flag) => `\`--${flag}\``).join(', ')}.`,
      tone: 'quiet',
    });
  return blocks;
}

function remedyPage(knowledge: Knowledge, remedy: Remedy, id: string): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: remedy.name },
    {
      kind: 'text',
      text: {
        cures: 'Cures: removes the cause.',
        guards: 'Guards: contains it; the cause remains.',
        hides: 'Hides: makes it invisible; a last resort.',
      }[remedy.kind],
      tone: 'strong',
    },
    { kind: 'entry', label: 'Why', items: [remedy.why] },
  ];
  if (remedy.cost) blocks.push({ kind: 'entry', label: 'Cost', items: [remedy.cost] });
  if (remedy.check) blocks.push({ kind: 'entry', label: 'Check', items: [remedy.check] });
  blocks.push(...codeBlocks(remedy.code));
  const used = Object.entries(knowledge.causes).filter(([, { remedies }]) => remedies.some(({ use }) => use === id));
  blocks.push({ kind: 'entry', label: 'For', items: used.map(([cause, { name }]) => `${name} (\`${cause}\`)`) });
  return blocks;
}

function checkPage(knowledge: Knowledge, check: Check): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: check.name },
    { kind: 'text', text: check.do },
    { kind: 'entry', label: 'Why', items: [check.why] },
  ];
  if (check.cost) blocks.push({ kind: 'entry', label: 'Cost', items: [check.cost] });
  blocks.push({ kind: 'entry', label: 'Effort', items: [EFFORT_WORDS[check.effort]] }, ...codeBlocks(check.code));
  if (check.answers.length > 0)
    blocks.push({
      kind: 'entry',
      label: 'Answers',
      items: check.answers.map(
        (symptom) => `${lower(knowledge.symptoms[symptom]?.name ?? symptom)} (\`--${symptom}\`)`,
      ),
    });
  if (check.corrections.length > 0)
    blocks.push(
      { kind: 'heading', level: 2, text: 'Common advice, corrected' },
      { kind: 'list', items: check.corrections.map(({ says, right }) => `Said: ${says} Right: ${right}`) },
    );
  return blocks;
}

function guidePage(knowledge: Knowledge, guide: Guide): Block[] {
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: guide.title },
    { kind: 'text', text: guide['answers-question'], tone: 'strong' },
    ...guide.body.split(/\n\s*\n/).map(paragraphOrTable),
  ];
  if (guide.causes.length > 0)
    blocks.push({
      kind: 'entry',
      label: 'Causes',
      items: guide.causes.map((cause) => `${knowledge.causes[cause]?.name ?? cause} (\`${cause}\`)`),
    });
  return blocks;
}

/** A paragraph of a guide; one whose lines all begin with a bar is a table. */
function paragraphOrTable(text: string): Block {
  const lines = text.trim().split('\n');
  if (!lines.every((line) => line.startsWith('|'))) return { kind: 'text', text };
  const [head = [], , ...rows] = lines.map((line) =>
    line
      .replaceAll(/^\||\|\s*$/g, '')
      .split('|')
      .map((cell) => cell.trim()),
  );
  return { kind: 'table', head, rows };
}

function codeBlocks(code: Code): Block[] {
  return (Object.keys(FRAMEWORK_NAMES) as (keyof Code)[]).flatMap((framework): Block[] => {
    const text = code[framework];
    return text === undefined
      ? []
      : [
          { kind: 'heading', level: 3, text: FRAMEWORK_NAMES[framework] },
          { kind: 'code', language: languageOf(text, framework), text },
        ];
  });
}

function sourceBlocks(knowledge: Knowledge, blocks: Document, listed: readonly string[]): Block[] {
  const ids = [...new Set([...citations(blocks), ...listed])].filter((id) => knowledge.sources[id] !== undefined);
  if (ids.length === 0) return [];
  return [
    { kind: 'heading', level: 2, text: 'Sources' },
    {
      kind: 'sources',
      sources: ids.map((id) => ({
        id,
        title: knowledge.sources[id]?.title ?? id,
        url: knowledge.sources[id]?.url ?? '',
      })),
    },
  ];
}

/** A learning rate as people write it. */
function rate(value: number): string {
  return value >= 0.001 && value < 1000 ? String(value) : value.toExponential();
}
