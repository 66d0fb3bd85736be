/** A diagnosis as a document: verdict, ranking, reasons, steps, what is open. */
import type { NextQuestion, RankedCause, Reason, Report } from '../diagnosis.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Effort } from '../schema.ts';
import { type Block, citations, type Document, type Prose, percent, untrusted } from './document.ts';

export interface ReportOptions {
  /** How many causes are shown; the first is told whole. */
  readonly top: number;
  /** A drawing of the run before its failure. */
  readonly plot?: readonly string[];
  /** What the reading of files brought to light beside findings: hidden values, faulty settings, skipped parts. */
  readonly remarks?: readonly Prose[];
}

/** The language of a snippet: Caffe's are settings or scripts, all others are Python. */
export function languageOf(code: string, framework: string): string {
  if (framework === 'any') return 'text';
  return framework === 'caffe' && !/^\s*(import|from|def|print|for|assert|net|keep|solver)\b[^:{]*[(=.:]/m.test(code)
    ? 'protobuf'
    : 'python';
}

export const EFFORT_WORDS: Record<Effort, string> = {
  know: 'known',
  look: 'look',
  'one-line': 'one line',
  rerun: 'rerun',
};

/** The whole report, for the terminal and for Markdown alike. */
export function reportDocument(
  report: Report,
  knowledge: Knowledge,
  { top, plot, remarks = [] }: ReportOptions,
): Document {
  const framework = report.evidence.find(({ symptom }) => symptom === 'framework')?.answer ?? 'pytorch';
  const shown = report.causes
    .filter(({ probability, ruledOut }) => ruledOut === null && (top > 10 || probability >= 0.005))
    .slice(0, top);
  const [first, ...others] = shown;
  const blocks: Block[] = [{ kind: 'heading', level: 1, text: headline(report) }];
  const told = verdictText(report, knowledge);
  if (told !== null) blocks.push({ kind: 'text', text: told });
  if (plot && plot.length > 0) blocks.push({ kind: 'figure', lines: plot });
  if (remarks.length > 0) blocks.push({ kind: 'entry', label: 'Read', items: remarks });
  if (report.verdict === 'nothing-nonfinite') return [...blocks, ...evidenceBlocks(report, knowledge)];
  if (report.evidence.length > 0) {
    blocks.push(bars(shown, knowledge.model.causes.length));
    if (first) blocks.push(...causeBlocks(first, knowledge, true));
    for (const cause of others) blocks.push(...causeBlocks(cause, knowledge, false));
    if (report.checklist.length > 0)
      blocks.push(
        { kind: 'heading', level: 2, text: 'What to do, in this order' },
        {
          kind: 'steps',
          steps: report.checklist
            .slice(0, report.verdict === 'diagnosed' ? 8 : 5)
            .map(({ do: action, why, effort, code, kind, for: causes }) => ({
              tag: kind === 'confirm' ? `${EFFORT_WORDS[effort]}, confirms` : `${EFFORT_WORDS[effort]}, ${kind}`,
              do: action,
              why: `For ${causes.map((id) => lower(knowledge.causes[id]?.name ?? id)).join(', ')}: ${why}`,
              code,
              language: code === null ? '' : languageOf(code, framework),
            })),
        },
      );
    blocks.push(...evidenceBlocks(report, knowledge));
    if (report.ruledOut.length > 0)
      blocks.push({
        kind: 'entry',
        label: 'Ruled out',
        items: report.ruledOut
          .slice(0, 6)
          .map(
            ({ name, symptom, answer, because }) =>
              `${name} (${lower(knowledge.symptoms[symptom]?.name ?? symptom)} \`${answer}\`): ${because}`,
          ),
      });
  }
  const open = report.unchecked.slice(0, 4);
  if (open.length > 0 && report.evidence.length > 0)
    blocks.push({
      kind: 'entry',
      label: 'Unchecked',
      items: open.map(({ symptom, why }) => `${why} \`--${symptom}\``),
    });
  if (report.evidence.length > 0) blocks.push(...sourceBlocks(blocks, first, knowledge));
  if (report.next) blocks.push(...questionBlocks(report.next, knowledge));
  return blocks;
}

/** The question to answer next and the flags that answer it. */
export function questionBlocks(next: NextQuestion, knowledge: Knowledge): Block[] {
  const symptom = knowledge.symptoms[next.symptom];
  const takesNumber = symptom?.number !== undefined;
  return [
    { kind: 'heading', level: 2, text: 'Next question' },
    { kind: 'text', text: `${next.question} ${symptom?.help ?? ''}`.trim() },
    {
      kind: 'table',
      head: ['flag', 'means'],
      rows: [
        ...(takesNumber ? [[`\`${next.flag} NUMBER\``, `the ${symptom.number?.unit}, as a number`]] : []),
        ...next.answers.map(({ id, label }) => [`\`${next.flag} ${id}\``, label]),
        [`\`${next.flag} unsure\``, 'not known: it is not asked again'],
      ],
    },
  ];
}

function headline({ verdict, causes, evidence, run }: Report): Prose {
  const [first] = causes;
  if (verdict === 'nothing-nonfinite') return 'No NaN or infinity found';
  if (evidence.length === 0 || first === undefined)
    return run ? 'Nothing in the files tells why' : 'Why is the loss NaN?';
  return verdict === 'diagnosed'
    ? `Most likely: ${lower(first.name)} (${percent(first.probability)})`
    : 'Undecided: no cause stands out yet';
}

function verdictText({ verdict, causes, evidence, run, next }: Report, knowledge: Knowledge): Prose | null {
  const [first, second] = causes;
  const failed = run?.firstNonFinite;
  const where: (string | ReturnType<typeof untrusted>)[] = failed
    ? [
        'The first non-finite value is ',
        untrusted(failed.value),
        ' in ',
        untrusted(failed.series),
        failed.step === null ? '' : ` at step ${failed.step}`,
        ' (',
        untrusted(failed.source),
        '). ',
      ]
    : [];
  if (verdict === 'nothing-nonfinite') return null;
  if (evidence.length === 0)
    return [
      ...where,
      `${knowledge.model.causes.length} causes are possible. Give what you know as flags, or the run's own files (\`whynan train.log\`); the first question is below.`,
    ];
  if (first === undefined) return where.length > 0 ? where : null;
  if (verdict === 'diagnosed') return [...where, first.summary];
  const also = second ? ` and ${lower(second.name)} (${percent(second.probability)})` : '';
  return [
    ...where,
    `Most likely so far: ${lower(first.name)} (${percent(first.probability)})${also}.${next ? ' One more answer would help most.' : ' Nothing that can be asked would settle it.'}`,
  ];
}

/** A name inside a sentence: its first letter small, unless it is an abbreviation. */
export function lower(name: string): string {
  return /^[A-Z][a-z]+\b/.test(name) && !/^(Python|Caffe|Adam)\b/.test(name)
    ? name.charAt(0).toLowerCase() + name.slice(1)
    : name;
}

function bars(shown: readonly RankedCause[], total: number): Block {
  const rest = 1 - shown.reduce((sum, { probability }) => sum + probability, 0);
  return {
    kind: 'bars',
    rows: shown.map(({ name, probability }) => ({ label: name, share: probability })),
    rest: { label: `${total - shown.length} others, or none of these`, share: Math.max(0, rest) },
  };
}

/** How a reason is told: what was found, by how much it counts, and why. */
export function reasonsOf({ symptoms }: Knowledge): (reason: Reason) => Prose {
  return ({ symptom, answer, factor, because }) =>
    `${lower(symptoms[symptom]?.name ?? symptom)} \`${answer}\` (x${short(factor)})${because ? `: ${because}` : ''}`;
}

function causeBlocks(cause: RankedCause, knowledge: Knowledge, whole: boolean): Block[] {
  const reason = reasonsOf(knowledge);
  const most = whole ? 6 : 3;
  const blocks: Block[] = [{ kind: 'heading', level: 2, text: cause.name, aside: percent(cause.probability) }];
  if (!whole) blocks.push({ kind: 'text', text: cause.summary });
  if (cause.looksLike) blocks.push({ kind: 'entry', label: 'Like', items: [cause.looksLike] });
  if (cause.for.length > 0)
    blocks.push({ kind: 'entry', label: 'For', tone: 'good', items: cause.for.slice(0, most).map(reason) });
  if (cause.against.length > 0)
    blocks.push({ kind: 'entry', label: 'Against', tone: 'bad', items: cause.against.slice(0, most).map(reason) });
  if (cause.amplifies)
    blocks.push({
      kind: 'entry',
      label: 'Note',
      items: ['This mostly spreads a value that something else made non-finite first: find that too.'],
    });
  if (whole) {
    blocks.push({ kind: 'entry', label: 'Why', items: [firstParagraph(cause.why)] });
    blocks.push({
      kind: 'entry',
      label: 'Remedies',
      items: cause.remedies.map(({ do: name, kind, note, why }) => `${name} (${kind}). ${firstSentence(note ?? why)}`),
    });
    if (cause.falseAlarms.length > 0)
      blocks.push({ kind: 'entry', label: 'Not if', items: cause.falseAlarms.slice(0, 3) });
  }
  blocks.push({ kind: 'text', text: `More: \`whynan explain ${cause.id}\``, tone: 'quiet' });
  return blocks;
}

function evidenceBlocks({ evidence, conflicts }: Report, knowledge: Knowledge): Block[] {
  if (evidence.length === 0) return [];
  const blocks: Block[] = [
    { kind: 'heading', level: 2, text: 'What is known' },
    {
      kind: 'table',
      head: ['symptom', 'answer', 'from'],
      rows: evidence.map(({ symptom, answer, source, detail }) => [
        knowledge.symptoms[symptom]?.name ?? symptom,
        detail === undefined ? `\`${answer}\`` : [`\`${answer}\` `, untrusted(`(${detail})`)],
        /^(flag|answers-file|interview)$/.test(source) ? source.replace('-', ' ') : [untrusted(source)],
      ]),
    },
  ];
  if (conflicts.length > 0)
    blocks.push({
      kind: 'entry',
      label: 'Conflict',
      tone: 'bad',
      items: conflicts.map(({ symptom, kept, dropped }) => [
        `${knowledge.symptoms[symptom]?.name ?? symptom}: \`${kept.answer}\` (`,
        untrusted(kept.source),
        ') is used, ',
        ...dropped.flatMap(({ answer, source }, index) => [
          `${index > 0 ? ', ' : ''}\`${answer}\` (`,
          untrusted(source),
          ')',
        ]),
        dropped.length === 1 ? ' says otherwise.' : ' say otherwise.',
      ]),
    });
  return blocks;
}

/** Every document that the report cites, then what else the first cause rests on. */
function sourceBlocks(blocks: Document, first: RankedCause | undefined, { sources, causes }: Knowledge): Block[] {
  const ids = [...new Set([...citations(blocks), ...(first ? (causes[first.id]?.sources ?? []) : [])])];
  const found = ids.flatMap((id) => {
    const source = sources[id];
    return source ? [{ id, title: source.title, url: source.url }] : [];
  });
  return found.length === 0
    ? []
    : [
        { kind: 'heading', level: 2, text: 'Sources' },
        { kind: 'sources', sources: found },
      ];
}

const firstSentence = (text: string): string => /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;

const firstParagraph = (text: string): string => text.split(/\n\s*\n/)[0] ?? text;

const short = (value: number): string =>
  value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2).replace(/^0\./, '0.');
