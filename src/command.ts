/** What the commands do: arguments in, texts out, exit status back. Everything outside comes in as a `Terminal`. */
import { parseArgs } from 'node:util';
import { diagnose } from './diagnosis.ts';
import { type Finding, isUsageError, legal, nearest, symptomId, UNSURE, UsageError } from './evidence.ts';
import {
  builtInKnowledge,
  existsFile,
  knowledgeFiles,
  PROBES,
  probeScript,
  readText,
  reason,
  refuseUnwritable,
  writeWhole,
} from './files.ts';
import type { Knowledge, Units } from './knowledge.ts';
import type { Document } from './report/document.ts';
import { isReadAloud, showsUnicode, type Terminal } from './terminal.ts';
import { printable } from './untrusted.ts';

declare const WHYNAN_VERSION: string;

/** Exit statuses; 130, interrupted, comes from the signal or the interview. */
const STATUS = { standsOut: 0, nothingStandsOut: 1, couldNotRun: 2 } as const;

const COMMANDS = ['diagnose', 'explain', 'probe', 'tree', 'check', 'completion', 'help'] as const;
type Command = (typeof COMMANDS)[number];

/** Options beside the symptoms; `value` ones take an argument. */
const OPTIONS = {
  answers: { value: true, commands: ['diagnose'] },
  knowledge: { value: true, commands: ['diagnose', 'explain', 'tree', 'completion'] },
  format: { value: true, commands: ['diagnose', 'explain', 'tree', 'check'] },
  json: { value: false, commands: ['diagnose', 'explain', 'check'] },
  output: { value: true, short: 'o', commands: ['diagnose', 'explain', 'tree', 'probe'] },
  force: { value: false, commands: ['diagnose', 'explain', 'tree', 'probe'] },
  top: { value: true, commands: ['diagnose'] },
  save: { value: true, commands: ['diagnose'] },
  resume: { value: true, commands: ['diagnose'] },
  depth: { value: true, commands: ['tree'] },
  'no-input': { value: false, commands: ['diagnose'] },
  'no-color': { value: false, commands: [...COMMANDS] },
  help: { value: false, short: 'h', commands: [...COMMANDS] },
  version: { value: false, short: 'V', commands: [...COMMANDS] },
} as const satisfies Record<string, { value: boolean; short?: string; commands: readonly Command[] }>;
type OptionName = keyof typeof OPTIONS;

interface Arguments {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly values: Readonly<Partial<Record<OptionName, string>>>;
  readonly knowledge: readonly string[];
  readonly is: (name: OptionName) => boolean;
  /** Symptom flags as written. */
  readonly symptoms: readonly { readonly flag: string; readonly value: string | null }[];
}

/** Runs a command line; never throws, never exits. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(argv, terminal);
  } catch (error) {
    if (isUsageError(error)) terminal.note(`whynan: ${error.message}\n`);
    else {
      const { stack, message } = error instanceof Error ? error : new Error(String(error));
      terminal.note(
        terminal.env.WHYNAN_DEBUG
          ? `${stack}\n`
          : `whynan: a defect of whynan itself: ${printable(message)}\nPlease report it with the command you ran; WHYNAN_DEBUG=1 prints where it happened.\n`,
      );
    }
    return STATUS.couldNotRun;
  }
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const units = builtInKnowledge();
  const args = parse(argv);
  if (args.is('version'))
    return print(terminal, `whynan ${WHYNAN_VERSION}, knowledge ${units.version} (${counts(units)})\n`);
  if (args.is('help') || args.command === 'help') {
    const { helpText } = await import('./report/help.ts');
    const topic = args.operands[0] ?? (args.command === 'help' ? 'diagnose' : args.command);
    if (args.command === 'help' && !(COMMANDS as readonly string[]).includes(topic)) {
      const near = nearest(topic, COMMANDS);
      throw new UsageError(
        `"${printable(topic)}" is not a command.${near ? ` Did you mean ${near}?` : ''} There are ${COMMANDS.join(', ')}.`,
      );
    }
    return print(terminal, helpText(units, topic));
  }
  switch (args.command) {
    case 'check':
      return checkCommand(args, units, terminal);
    case 'explain':
      return explainCommand(args, await withOverlays(args, units), terminal);
    case 'probe':
      return probeCommand(args, terminal);
    case 'tree':
      return treeCommand(args, await withOverlays(args, units), terminal);
    case 'completion':
      return completionCommand(args, units, terminal);
    default:
      return diagnoseCommand(args, await withOverlays(args, units), terminal);
  }
}

/**
 * Sorts arguments into a command, its operands and its options.
 * @throws {UsageError} for anything that is not an option of the command, with the nearest that is
 */
function parse(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(OPTIONS).map(([name, option]) => [
        name,
        {
          type: option.value ? ('string' as const) : ('boolean' as const),
          ...('short' in option ? { short: option.short } : {}),
        },
      ]),
    ),
  });
  const operands: string[] = [];
  const values: Partial<Record<OptionName, string>> = {};
  const knowledge: string[] = [];
  const on = new Set<OptionName>();
  const symptoms: { flag: string; value: string | null }[] = [];
  const close = () => {
    if (open !== null) symptoms.push({ flag: open, value: null });
    open = null;
  };
  // A symptom's flag is not declared, so its separate value arrives as the next positional.
  let open: string | null = null;
  let raw = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      raw = true;
      continue;
    }
    if (token.kind === 'positional') {
      if (open !== null && !raw) {
        symptoms.push({ flag: open, value: token.value });
        open = null;
      } else operands.push(token.value);
      continue;
    }
    close();
    const { name, value, rawName } = token;
    if (!rawName.startsWith('--') && !Object.hasOwn(OPTIONS, name))
      throw new UsageError(
        `${printable(rawName)} is not an option. \`whynan --help\` lists them.${/^-[ni\d]/i.test(rawName) ? ' A value with a minus is written --lr=-nan.' : ''}`,
      );
    if (!Object.hasOwn(OPTIONS, name)) {
      if (value === undefined) open = name;
      else symptoms.push({ flag: name, value });
      continue;
    }
    const option = name as OptionName;
    if (OPTIONS[option].value && (value === undefined || value === '')) throw missing(name);
    if (!OPTIONS[option].value && value !== undefined) throw new UsageError(`--${name} takes no value.`);
    on.add(option);
    if (option === 'knowledge') knowledge.push(value as string);
    else if (values[option] !== undefined && values[option] !== value)
      throw new UsageError(`--${name} is given twice.`);
    else if (value !== undefined) values[option] = value;
  }
  close();
  const [word] = operands;
  const command = COMMANDS.find((name) => name === word) ?? 'diagnose';
  if (command === word) operands.shift();
  for (const name of on)
    if (!(OPTIONS[name].commands as readonly string[]).includes(command) && !on.has('help'))
      throw new UsageError(
        `--${name} is not an option of \`whynan ${command}\`; it belongs to ${OPTIONS[name].commands.map((one) => `\`${one}\``).join(', ')}.`,
      );
  const [stray] = symptoms;
  if (stray && command !== 'diagnose')
    throw new UsageError(
      `--${printable(stray.flag)} is not an option of \`whynan ${command}\`. \`whynan help ${command}\` lists them.`,
    );
  return { command, operands, values, knowledge, is: (name) => on.has(name), symptoms };
}

const missing = (name: string) => new UsageError(`--${printable(name)} needs a value.`);

function unknownOption(name: string, symptoms: readonly string[]): UsageError {
  const near = nearest(name, [...Object.keys(OPTIONS), ...symptoms]);
  return new UsageError(
    `--${printable(name)} is not an option.${near ? ` Did you mean --${near}?` : ''} \`whynan --help\` lists them.`,
  );
}

/** The built-in knowledge with a team's folders on top, each checked first. */
async function withOverlays({ knowledge: folders }: Arguments, base: Knowledge): Promise<Knowledge> {
  if (folders.length === 0) return base;
  const { checkFolders, problemsText } = await import('./lint.ts');
  const { knowledge, problems } = checkFolders(
    folders.map((folder) => knowledgeFiles(folder)),
    base,
  );
  if (knowledge === null || problems.length > 0)
    throw new UsageError(`${folders.join(', ')}: broken knowledge.\n${problemsText(problems)}`);
  return knowledge;
}

// ---------------------------------------------------------------- diagnose

async function diagnoseCommand(args: Arguments, knowledge: Knowledge, terminal: Terminal): Promise<number> {
  const format = formatOf(args, ['text', 'markdown', 'json']);
  const findings: Finding[] = flagFindings(args, knowledge);
  if (args.values.answers !== undefined) findings.push(...(await answersFindings(args.values.answers, knowledge)));
  if (args.values.output !== undefined) refuseUnwritable(args.values.output, args.is('force'));
  const read = args.operands.length > 0 ? await readPaths(args.operands, terminal, knowledge) : null;
  if (read) findings.push(...read.findings);
  findings.push(...(await sessionFindings(args, knowledge, terminal)));
  if (args.values.save !== undefined) await refuseForeign(args.values.save, knowledge, args.is('force'));

  if (isInteractive(args, terminal)) {
    const { interview } = await import('./wizard/run.tsx');
    return interview({
      knowledge,
      findings,
      read,
      save: args.values.save ?? null,
      terminal,
      color: usesColor(args, terminal),
      write: writeWhole,
    });
  }
  const top = topOf(args) ?? (format === 'json' ? 5 : 3);
  const report = diagnose(knowledge, findings, {
    top,
    ...(read ? { run: read.run, nothingNonFinite: read.nothingNonFinite } : {}),
  });
  if (args.values.save !== undefined) {
    const { saveSession } = await import('./session.ts');
    writeWhole(args.values.save, saveSession(knowledge, findings), true);
  }
  if (format === 'json') emit(args, terminal, `${JSON.stringify(report, null, 2)}\n`);
  else {
    const { reportDocument } = await import('./report/report.ts');
    const document = reportDocument(report, knowledge, {
      top,
      ...(read
        ? {
            plot: read.plot({ width: textWidth(terminal), unicode: usesUnicode(terminal) && format === 'text' }),
            remarks: read.remarks,
          }
        : {}),
    });
    emit(args, terminal, await rendered(document, format, args, terminal));
  }
  return report.verdict === 'diagnosed' ? STATUS.standsOut : STATUS.nothingStandsOut;
}

function flagFindings({ symptoms }: Arguments, knowledge: Knowledge): Finding[] {
  const known = Object.entries(knowledge.symptoms).flatMap(([id, { flags }]) => [id, ...flags]);
  const seen = new Map<string, { value: string; answer: string }>();
  const findings: Finding[] = [];
  for (const { flag, value } of symptoms) {
    if (!known.includes(flag)) throw unknownOption(flag, known);
    const symptom = symptomId(knowledge, flag);
    if (value === null) throw new UsageError(`--${flag} needs a value: ${answersOf(knowledge, symptom)}.`);
    const finding = { symptom, answer: value, source: 'flag' };
    const fact = legal(knowledge, finding);
    const answer = fact.number === undefined ? fact.answer : String(fact.number);
    const before = seen.get(symptom);
    if (before && before.answer !== answer)
      throw new UsageError(
        `--${symptom} is given twice with different answers: "${printable(before.value)}" and "${printable(value)}". Keep one, or write unsure.`,
      );
    if (before) continue;
    seen.set(symptom, { value, answer });
    findings.push(finding);
  }
  return findings;
}

function answersOf({ symptoms }: Knowledge, id: string): string {
  const { answers, number } = symptoms[id] as Knowledge['symptoms'][string];
  return [...(number ? [`a number (${number.unit})`] : []), ...Object.keys(answers), UNSURE].join(', ');
}

const LARGEST_ANSWERS = 1 << 20;

/** An answers file: symptoms with their answers, YAML or JSON. Every mistake is told at once. */
async function answersFindings(path: string, knowledge: Knowledge): Promise<Finding[]> {
  const text = readText(path, LARGEST_ANSWERS);
  const { parseAnswers } = await import('./lint.ts');
  const { answers, problems } = parseAnswers(path, text);
  const wrong = problems.map(({ found, line }) => `${path}${line === null ? '' : `:${line}`}: ${found}.`);
  const findings: Finding[] = [];
  for (const { symptom, answer, line } of answers) {
    const finding = { symptom, answer, source: 'answers-file' };
    try {
      legal(knowledge, finding);
      findings.push(finding);
    } catch (error) {
      if (!isUsageError(error)) throw error;
      wrong.push(`${path}${line === null ? '' : `:${line}`}: ${error.message}`);
    }
  }
  if (wrong.length > 0) throw new UsageError(wrong.join('\n        '));
  return findings;
}

async function readPaths(paths: readonly string[], terminal: Terminal, knowledge: Knowledge) {
  const { readRunFiles } = await import('./run-files.ts');
  // A saved report or a probe's record may be older or newer than the knowledge.
  const isLegal = (finding: Finding) => {
    try {
      legal(knowledge, finding);
      return true;
    } catch {
      return false;
    }
  };
  try {
    return await readRunFiles(paths, terminal, { symptoms: new Set(Object.keys(knowledge.symptoms)), isLegal });
  } catch (error) {
    if (!isUsageError(error) || paths.some((path) => /[./\\]/.test(path))) throw error;
    const near = nearest(paths[0] as string, COMMANDS);
    if (near !== '') throw new UsageError(`${error.message} Or did you mean the command \`whynan ${near}\`?`);
    if (paths.length === 1) throw error;
    throw new UsageError(
      `${error.message}\n        Words are taken for paths. \`whynan\` alone asks; \`whynan --help\` lists the flags.`,
    );
  }
}

async function sessionFindings(args: Arguments, knowledge: Knowledge, terminal: Terminal): Promise<Finding[]> {
  const { resume } = args.values;
  if (resume === undefined) return [];
  const { loadSession } = await import('./session.ts');
  const { findings, notes } = loadSession(knowledge, readText(resume, LARGEST_ANSWERS), resume);
  for (const note of notes) terminal.note(`whynan: ${note}\n`);
  return findings;
}

/** A file to save answers in is written again and again; one that holds anything else is not touched without `--force`. */
async function refuseForeign(path: string, knowledge: Knowledge, force: boolean): Promise<void> {
  refuseUnwritable(path, true);
  if (force || !existsFile(path)) return;
  const { loadSession } = await import('./session.ts');
  try {
    loadSession(knowledge, readText(path, LARGEST_ANSWERS), path);
  } catch {
    throw new UsageError(`${path}: exists and holds no saved answers. --force replaces it.`);
  }
}

/** The interview opens for a person at a terminal and for nobody else. */
function isInteractive(args: Arguments, terminal: Terminal): boolean {
  if ((['format', 'json', 'output', 'no-input'] as const).some(args.is)) return false;
  const { CI, TERM } = terminal.env;
  if (!terminal.isOutput() || (CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false') || TERM === 'dumb')
    return false;
  return terminal.isInput() || (args.operands.includes('-') && terminal.hasControl());
}

function topOf({ values }: Arguments): number | null {
  const { top } = values;
  if (top === undefined) return null;
  if (top === 'all') return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,3}$/.test(top))
    throw new UsageError(`--top: "${printable(top)}" is not a number of causes. Write 1 or more, or all.`);
  return Number(top);
}

// ---------------------------------------------------------------- the other commands

async function explainCommand(args: Arguments, knowledge: Knowledge, terminal: Terminal): Promise<number> {
  const format = formatOf(args, ['text', 'markdown', 'json']);
  const { listing, page, unitOf } = await import('./report/page.ts');
  if (format === 'json') {
    const units =
      args.operands.length === 0 ? unitOf(knowledge, null) : args.operands.map((id) => unitOf(knowledge, id));
    emit(args, terminal, `${JSON.stringify(units, null, 2)}\n`);
    return STATUS.standsOut;
  }
  const documents = args.operands.length === 0 ? [listing(knowledge)] : args.operands.map((id) => page(knowledge, id));
  const texts: string[] = [];
  for (const document of documents) texts.push(await rendered(document, format, args, terminal));
  emit(args, terminal, texts.join('\n'));
  return STATUS.standsOut;
}

async function checkCommand(args: Arguments, base: Units, terminal: Terminal): Promise<number> {
  const format = formatOf(args, ['text', 'json']);
  const { checkFolders, problemsText } = await import('./lint.ts');
  const { knowledge, problems } = checkFolders(
    args.operands.map((folder) => knowledgeFiles(folder)),
    base,
  );
  if (format === 'json') print(terminal, `${JSON.stringify({ schema: 'whynan/check@1', problems }, null, 2)}\n`);
  else if (problems.length > 0) print(terminal, `${problemsText(problems)}\n`);
  if (problems.length > 0 || knowledge === null) {
    if (format === 'text') terminal.note(`${problems.length === 1 ? '1 problem' : `${problems.length} problems`}.\n`);
    return STATUS.couldNotRun;
  }
  if (format === 'text') print(terminal, `${counts(knowledge)}: no problems.\n`);
  return STATUS.standsOut;
}

async function probeCommand(args: Arguments, terminal: Terminal): Promise<number> {
  const [framework, more] = args.operands;
  if (framework === undefined || more !== undefined)
    throw new UsageError(`Write \`whynan probe FRAMEWORK\`, one of ${PROBES.join(', ')}.`);
  if (!(PROBES as readonly string[]).includes(framework)) {
    const near = nearest(framework, PROBES);
    throw new UsageError(
      `"${printable(framework)}" has no probe.${near ? ` Did you mean ${near}?` : ''} There are ${PROBES.join(', ')}.`,
    );
  }
  emit(args, terminal, probeScript(framework as (typeof PROBES)[number]));
  return STATUS.standsOut;
}

async function treeCommand(args: Arguments, knowledge: Knowledge, terminal: Terminal): Promise<number> {
  const format = formatOf(args, ['text', 'mermaid', 'xstate']);
  refuseOperands(args, 0);
  const depth = args.values.depth ?? '3';
  if (!/^[1-9]\d?$/.test(depth))
    throw new UsageError(`--depth: "${printable(depth)}" is not a depth. Write a number from 1 to 99.`);
  const { treeText } = await import('./tree.ts');
  emit(
    args,
    terminal,
    treeText(knowledge, { depth: Number(depth), format, width: textWidth(terminal), unicode: usesUnicode(terminal) }),
  );
  return STATUS.standsOut;
}

async function completionCommand(args: Arguments, units: Units, terminal: Terminal): Promise<number> {
  const { completionText, SHELLS } = await import('./report/completion.ts');
  const [shell] = args.operands;
  refuseOperands(args, 1);
  if (shell === undefined || !(SHELLS as readonly string[]).includes(shell))
    throw new UsageError(`Write \`whynan completion SHELL\`, one of ${SHELLS.join(', ')}.`);
  return print(terminal, completionText(units, shell as (typeof SHELLS)[number], Object.entries(OPTIONS)));
}

function refuseOperands({ command, operands }: Arguments, most: number): void {
  const extra = operands[most];
  if (extra !== undefined)
    throw new UsageError(`"${printable(extra)}" is one word too many: \`whynan help ${command}\` says what it takes.`);
}

// ---------------------------------------------------------------- output

function formatOf<const F extends string>(args: Arguments, formats: readonly F[]): F {
  const { format, output } = args.values;
  if (args.is('json') && format !== undefined && format !== 'json')
    throw new UsageError(`--json and --format ${printable(format)} contradict each other.`);
  const wanted = args.is('json') ? 'json' : format === 'md' ? 'markdown' : format;
  if (wanted === undefined) {
    const byName = output?.endsWith('.md') ? 'markdown' : output?.endsWith('.json') ? 'json' : undefined;
    return formats.find((name) => name === byName) ?? (formats[0] as F);
  }
  const found = formats.find((name) => name === wanted);
  if (found !== undefined) return found;
  const near = nearest(wanted, formats);
  throw new UsageError(
    `--format: "${printable(wanted)}" is not a format here. Write ${formats.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`,
  );
}

async function rendered(
  document: Document,
  format: 'text' | 'markdown',
  args: Arguments,
  terminal: Terminal,
): Promise<string> {
  if (format === 'markdown') return (await import('./report/markdown.ts')).toMarkdown(document);
  const toFile = args.values.output !== undefined;
  const { toTerminal } = await import('./report/terminal.ts');
  return toTerminal(document, {
    width: toFile ? 80 : textWidth(terminal),
    color: !toFile && usesColor(args, terminal),
    unicode: !toFile && usesUnicode(terminal),
    spoken: !toFile && isReadAloud(terminal.env),
  });
}

const textWidth = (terminal: Terminal) => terminal.columns();

/** Only a terminal gets more than ASCII: a file or a pipe is the same everywhere. */
const usesUnicode = ({ env, isOutput }: Terminal) => isOutput() && showsUnicode(env);

function usesColor(args: Arguments, { env, isOutput }: Terminal): boolean {
  if (args.is('no-color') || (env.NO_COLOR !== undefined && env.NO_COLOR !== '')) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return isOutput() && env.TERM !== 'dumb';
}

function emit(args: Arguments, terminal: Terminal, text: string): void {
  const { output } = args.values;
  if (output === undefined) print(terminal, text);
  else writeWhole(output, text, args.is('force'));
}

function print(terminal: Terminal, text: string): number {
  try {
    terminal.write(text);
  } catch (error) {
    throw new UsageError(`standard output: not written, ${reason(error)}.`);
  }
  return STATUS.standsOut;
}

function counts({ causes, symptoms, remedies, sources }: Units): string {
  const count = (units: object) => Object.keys(units).length;
  return `${count(causes)} causes, ${count(symptoms)} symptoms, ${count(remedies)} remedies, ${count(sources)} sources`;
}
