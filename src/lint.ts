/**
 * Checks a knowledge base: every error at once, each with the place, what is there, and what to write. Pure: files come
 * in parsed. Loaded only where knowledge is authored (`whynan check`, `--knowledge`, the build and the tests).
 */
import * as v from 'valibot';
import { LineCounter, parseDocument } from 'yaml';
import { believe } from './belief.ts';
import { nearest, settle, UNSURE } from './evidence.ts';
import { compile, type Knowledge, lift, type Units } from './knowledge.ts';
import { compileSigns } from './run/signs.ts';
import {
  BASE_RATES,
  type Cause,
  causeSchema,
  checkSchema,
  EFFORTS,
  EXPECTATIONS,
  FAMILIES,
  guideSchema,
  ID,
  REMEDY_KINDS,
  remedySchema,
  scaleSchema,
  sourcesSchema,
  symptomSchema,
  TRUSTS,
  toldSchema,
} from './schema.ts';
import { printable } from './untrusted.ts';

/** One parsed file of a knowledge base. */
export interface UnitFile {
  /** Path as it is shown. */
  readonly file: string;
  /** Path inside the knowledge base, `causes/exp-overflow.yaml`. */
  readonly place: string;
  readonly value: unknown;
  /** Line of a value inside the file, where known. */
  readonly lineOf: (path: readonly (string | number)[]) => number | null;
}

export interface Problem {
  readonly file: string;
  readonly line: number | null;
  /** Where inside the file: `evidence.loss-trend.growing`. */
  readonly path: string;
  readonly found: string;
  readonly write: string;
}

const FOLDERS = {
  causes: causeSchema,
  symptoms: symptomSchema,
  remedies: remedySchema,
  checks: checkSchema,
  guides: guideSchema,
} as const;
type Folder = keyof typeof FOLDERS;

/** Where a problem is reported that lies in units which came ready made. */
const BUILT_IN: UnitFile = { file: '(built in)', place: '', value: null, lineOf: () => null };

/** Symptoms on which silence would say too much: every cause must speak on them. */
const MUST_SPEAK = ['loss-trend', 'onset', 'scope', 'first-bad-tensor', 'bad-op', 'lower-lr-test'];
const CITATION = /\[([a-z][a-z0-9-]*)\](?!\()/g;

/**
 * Joins layers of files into one knowledge base, on top of `base` where there is one; a later layer overrides whole
 * units of an earlier one, single sources and single keys of the scale. Units come back as far as they can be read; they
 * are to be used only where there are no problems.
 */
export function assemble(
  layers: readonly (readonly UnitFile[])[],
  base: Units | null = null,
): { units: Units | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const report = (unit: UnitFile, path: readonly (string | number)[], found: string, write: string) =>
    problems.push({ file: unit.file, line: unit.lineOf(path), path: path.join('.'), found, write });
  const units = Object.fromEntries(
    Object.keys(FOLDERS).map((folder) => [folder, Object.assign(Object.create(null), base?.[folder as Folder])]),
  ) as Record<Folder, Record<string, never>>;
  const origin = new Map<string, UnitFile>();
  // Parts of units whose form is wrong: told once, and left out of what is checked between units.
  const left = new Set<string>();
  let sources: Units['sources'] = Object.assign(Object.create(null), base?.sources);
  let scale: Record<string, unknown> | null = base ? { ...base.scale } : null;
  let scaleFile: UnitFile | null = base ? BUILT_IN : null;
  let told: Units['told'] = Object.assign(Object.create(null), base?.told);
  let toldFile = BUILT_IN;
  for (const layer of layers)
    for (const unit of layer) {
      const [folder = '', name = ''] = unit.place.split('/');
      const id = name.replace(/\.ya?ml$/, '');
      if (unit.place === 'sources.yaml') {
        const parsed = validate(sourcesSchema, unit, report);
        if (parsed) {
          sources = Object.assign(Object.create(null), sources, parsed);
          for (const id of Object.keys(parsed)) origin.set(`sources/${id}`, unit);
        }
      } else if (unit.place === 'scale.yaml') {
        if (!isObject(unit.value)) report(unit, [], shape(unit.value), 'a mapping');
        else scale = { ...(scale ?? {}), ...unit.value };
        scaleFile = unit;
      } else if (unit.place === 'told.yaml') {
        const parsed = validate(toldSchema, unit, report);
        if (parsed) told = Object.assign(Object.create(null), told, parsed);
        toldFile = unit;
      } else if (folder === 'signs' || folder === 'reports') {
        // Phrases of logs and imagined reports have forms of their own: `run/signs.ts` and `calibration.ts`.
      } else if (Object.hasOwn(FOLDERS, folder)) {
        if (!ID.test(id)) report(unit, [], `the file name ${name}`, 'a name of lower case, digits and single hyphens');
        const schema = FOLDERS[folder as Folder] as v.GenericSchema;
        const mended = validate(schema, unit, report) ?? mend(schema, unit, left);
        if (mended) {
          units[folder as Folder][id] = mended as never;
          origin.set(`${folder}/${id}`, unit);
        }
      } else {
        const near = nearest(folder, [
          ...Object.keys(FOLDERS),
          'signs',
          'reports',
          'sources.yaml',
          'scale.yaml',
          'told.yaml',
        ]);
        report(
          unit,
          [],
          unit.place,
          `a file in ${Object.keys(FOLDERS).join(', ')} or signs${near ? ` (did you mean ${near}?)` : ''}`,
        );
      }
    }
  if (scaleFile === null) {
    problems.push({ file: 'scale.yaml', line: null, path: '', found: 'no file', write: 'what the words mean' });
    return { units: null, problems };
  }
  const checkedScale = validate(scaleSchema, { ...scaleFile, value: scale }, report);
  if (checkedScale === null) return { units: null, problems };
  const all: Units = {
    ...(units as unknown as Omit<Units, 'scale' | 'sources' | 'told'>),
    sources,
    scale: checkedScale,
    told,
  };
  crossCheck(all, origin, scaleFile, (unit, path, found, write) => {
    if (!left.has(`${unit.place} ${path[0]}`) && !left.has(`${unit.place} ${path[0]} ${path[1]}`))
      report(unit, path, found, write);
  });
  for (const [cause, symptoms] of Object.entries(told)) {
    if (!Object.hasOwn(all.causes, cause)) report(toldFile, [cause], `"${cause}"`, 'a cause that exists');
    for (const symptom of Object.keys(symptoms))
      if (!Object.hasOwn(all.symptoms, symptom))
        report(toldFile, [cause, symptom], `"${symptom}"`, 'a symptom that exists');
  }
  return { units: all, problems };
}

const MOST_SYNTAX_ERRORS = 5;
/** Far more than any file needs, far less than the parser's recursion stands on any version of Node. */
const DEEPEST = 200;

const PLAIN = 'a plain file: no aliases that multiply, no deep nesting';

/** Whether brackets, dashes on one line, or indents are nested deeper than any honest file has them. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const bracket of text.matchAll(/[[{\]}]/g)) {
    depth = bracket[0] === '[' || bracket[0] === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > DEEPEST) return true;
  }
  return new RegExp(`^(?:(?:[ \\t]*[-?][ \\t]){${DEEPEST}}| {${2 * DEEPEST}})`, 'm').test(text);
}

/** Parses one file; a file that is not YAML, or YAML made to exhaust memory, is a problem and no crash. */
export function parseUnit(file: string, place: string, text: string): { unit: UnitFile | null; problems: Problem[] } {
  const counter = new LineCounter();
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : counter.linePos(offset).line);
  const problem = (line: number | null, found: string, write: string): Problem => ({
    file,
    line,
    path: '',
    found,
    write,
  });
  if (isTooDeep(text)) return { unit: null, problems: [problem(null, 'nesting too deep', PLAIN)] };
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
    if (document.errors.length > 0)
      return {
        unit: null,
        // One slip confuses all that follows: the first errors tell, hundreds more would hide them.
        problems: document.errors
          .slice(0, MOST_SYNTAX_ERRORS)
          .map(({ pos, message }) =>
            problem(lineAt(pos[0]), message, 'valid YAML; quote text that holds : # , [ ] { }'),
          ),
      };
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    const lineOf = (path: readonly (string | number)[]) => {
      for (let length = path.length; length >= 0; length--) {
        const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
        const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
        if (range) return lineAt(range[0]);
      }
      return null;
    };
    return { unit: { file, place, value, lineOf }, problems: [] };
  } catch (error) {
    return { unit: null, problems: [problem(null, error instanceof Error ? error.message : String(error), PLAIN)] };
  }
}

type Report = (unit: UnitFile, path: readonly (string | number)[], found: string, write: string) => unknown;

function validate<const S extends v.GenericSchema>(schema: S, unit: UnitFile, report: Report): v.InferOutput<S> | null {
  const result = v.safeParse(schema, unit.value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const path = (issue.path ?? []).map(({ key }) => key as string | number);
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      const key = String(path.at(-1));
      const known = Object.keys(schemaAt(schema, path.slice(0, -1))?.entries ?? {});
      const near = nearest(key, known);
      report(unit, path, `the key "${key}"`, `${near ? `"${near}"; ` : ''}the keys here are ${known.join(', ')}`);
    } else if (issue.received === 'undefined')
      report(unit, path, 'nothing', `"${String(path.at(-1) ?? '')}", which is required`);
    else if (issue.type === 'picklist') {
      const known = (issue.expected ?? '').replaceAll(/["()]/g, '').split(' | ');
      const near = nearest(String(issue.input), known);
      report(unit, path, shape(issue.input), `${near ? `"${near}"; ` : ''}one of ${known.join(', ')}`);
    } else
      report(
        unit,
        path,
        issue.type === 'max_length' && typeof issue.input === 'string'
          ? `${issue.input.length} characters`
          : shape(issue.input),
        issue.kind === 'schema' ? (EXPECTED[issue.expected ?? ''] ?? issue.expected ?? issue.message) : issue.message,
      );
  }
  return null;
}

/** Something valid for every key that a unit must have, to go on checking where the key itself is wrong. */
const STAND_IN: Readonly<Record<string, unknown>> = {
  name: '-',
  title: '-',
  family: FAMILIES[0],
  summary: '-',
  'base-rate': BASE_RATES[0],
  mechanism: '-',
  signs: ['-'],
  evidence: {},
  confirm: [{ do: '-', expect: '-', effort: EFFORTS[0] }],
  remedies: [{ use: 'none' }],
  examples: [{ title: '-', given: {}, expect: EXPECTATIONS[0] }],
  sources: ['none'],
  question: '-',
  help: '-',
  kind: null,
  effort: EFFORTS[0],
  answers: {},
  why: '-',
  do: '-',
  body: '-',
  'answers-question': '-',
};
/** Keys that hold entries by name, of which one can be left out alone. */
const TABLES = new Set(['evidence', 'excluded-by', 'confusable-with', 'answers']);

/** A unit of a wrong form without its wrong parts, which are noted in `left`; null where too little is left. */
function mend(schema: v.GenericSchema, unit: UnitFile, left: Set<string>): unknown {
  if (!isObject(unit.value)) return null;
  const value: Record<string, unknown> = { ...unit.value };
  for (const { path = [] } of v.safeParse(schema, unit.value).issues ?? []) {
    const [key, entry] = path.map((item) => String(item.key)) as [string, string?];
    const table = value[key];
    left.add(`${unit.place} ${key}${entry !== undefined && TABLES.has(key) ? ` ${entry}` : ''}`);
    if (key === 'evidence') left.add(`${unit.place} evidence undefined`);
    if (entry !== undefined && TABLES.has(key) && isObject(table)) {
      const { [entry]: _, ...rest } = table;
      value[key] = rest;
    } else if (Object.hasOwn(STAND_IN, key)) value[key] = key === 'kind' ? standInKind(unit) : STAND_IN[key];
    else delete value[key];
  }
  const result = v.safeParse(schema, value);
  return result.success ? result.output : null;
}

/** A remedy's kind and a symptom's kind are different words. */
const standInKind = ({ place }: UnitFile) => (place.startsWith('symptoms/') ? TRUSTS[0] : REMEDY_KINDS[0]);

const EXPECTED: Record<string, string> = {
  string: 'text',
  Object: 'a mapping',
  Array: 'a list',
  number: 'a number',
  boolean: 'true or false',
};

/** The schema of an object inside a schema, for its list of keys. */
function schemaAt(schema: unknown, path: readonly (string | number)[]): { entries: object } | null {
  let at = schema as {
    entries?: Record<string, unknown>;
    item?: unknown;
    value?: unknown;
    wrapped?: unknown;
    pipe?: unknown[];
  };
  const unwrap = () => {
    while (at?.wrapped) at = at.wrapped as typeof at;
    if (at && !at.entries && at.pipe) at = at.pipe[0] as typeof at;
  };
  unwrap();
  for (const key of path) {
    at = (typeof key === 'number' ? at?.item : (at?.entries?.[key] ?? at?.value)) as typeof at;
    unwrap();
  }
  return at?.entries ? (at as { entries: object }) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shape(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = String(value);
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}

/** What holds between units: every identifier exists, every claim has a source, every unit is used, every cause is told apart. */
function crossCheck(units: Units, origin: ReadonlyMap<string, UnitFile>, scaleFile: UnitFile, report: Report): void {
  const cited = new Set<string>();
  const usedRemedies = new Set<string>();
  const usedChecks = new Set<string>();
  const at = (folder: Folder, id: string) =>
    origin.get(`${folder}/${id}`) ?? { ...BUILT_IN, file: `${folder}/${id}.yaml ${BUILT_IN.file}` };
  // A team that replaces a unit may leave others of the built-in ones without use: no fault of theirs.
  const isIdle = (kind: Folder | 'sources', id: string, used: ReadonlySet<string>) =>
    origin.has(`${kind}/${id}`) && !used.has(id);
  const known = (kind: Folder | 'sources') => Object.keys(units[kind]);
  const must = (unit: UnitFile, path: (string | number)[], kind: Folder | 'sources', id: string): boolean => {
    if (Object.hasOwn(units[kind], id)) return true;
    const near = nearest(id, known(kind));
    const what = {
      causes: 'cause',
      symptoms: 'symptom',
      remedies: 'remedy',
      checks: 'check',
      guides: 'guide',
      sources: 'source',
    }[kind];
    report(unit, path, `"${id}"`, near ? `"${near}", or add that ${what}` : `a ${what} that exists`);
    return false;
  };
  const answer = (
    unit: UnitFile,
    path: (string | number)[],
    symptom: string,
    id: string,
    more: readonly string[] = [],
  ) => {
    if (!must(unit, path, 'symptoms', symptom)) return;
    const answers = [...Object.keys(units.symptoms[symptom]?.answers ?? {}), ...more];
    if (answers.includes(id)) return;
    const near = nearest(id, answers);
    report(unit, path, `"${id}"`, `${near ? `"${near}"; ` : ''}the answers of ${symptom} are ${answers.join(', ')}`);
  };
  const cite = (unit: UnitFile, value: unknown, path: (string | number)[] = []) => {
    if (typeof value === 'string') {
      for (const [, id] of value.matchAll(CITATION))
        if (id && (id.includes('-') || Object.hasOwn(units.sources, id))) {
          if (must(unit, path, 'sources', id)) cited.add(id);
        }
    } else if (Array.isArray(value))
      value.forEach((item, index) => {
        cite(unit, item, [...path, index]);
      });
    else if (isObject(value))
      for (const [key, item] of Object.entries(value)) if (key !== 'code') cite(unit, item, [...path, key]);
  };
  const citeList = (unit: UnitFile, ids: readonly string[]) => {
    ids.forEach((id, index) => {
      if (must(unit, ['sources', index], 'sources', id)) cited.add(id);
    });
  };
  const condition = (unit: UnitFile, path: string[], when: Readonly<Record<string, readonly string[]>>) => {
    for (const [symptom, answers] of Object.entries(when))
      answers.forEach((id, index) => {
        answer(unit, [...path, symptom, index], symptom, id);
      });
  };

  for (const [id, cause] of Object.entries(units.causes)) {
    const unit = at('causes', id);
    for (const [symptom, { words }] of Object.entries(cause.evidence))
      for (const key of Object.keys(words)) answer(unit, ['evidence', symptom, key], symptom, key, ['others']);
    for (const symptom of MUST_SPEAK)
      if (!cause.evidence[symptom] && !cause['excluded-by'][symptom])
        report(
          unit,
          ['evidence'],
          `nothing on ${symptom}`,
          'what it says here: silence would mean "like the average failed run"',
        );
    cause.presentations.forEach(({ evidence }, index) => {
      for (const [symptom, words] of Object.entries(evidence))
        for (const key of Object.keys(words))
          answer(unit, ['presentations', index, 'evidence', symptom, key], symptom, key, ['others']);
    });
    cause.together.forEach(({ given }, index) => {
      condition(unit, ['together', String(index), 'given'], given);
    });
    for (const [symptom, { answers }] of Object.entries(cause['excluded-by']))
      answers.forEach((key, index) => {
        answer(unit, ['excluded-by', symptom, 'answers', index], symptom, key);
      });
    cause.remedies.forEach(({ use }, index) => {
      if (must(unit, ['remedies', index, 'use'], 'remedies', use)) usedRemedies.add(use);
    });
    for (const [other, { ask }] of Object.entries(cause['confusable-with'])) {
      const path = ['confusable-with', other];
      const isKnown = [must(unit, path, 'causes', other), must(unit, [...path, 'ask'], 'symptoms', ask)];
      if (isKnown.includes(false)) continue;
      if (other === id) report(unit, path, 'the cause itself', 'another cause');
      else if (tells(units, id, other, ask) < TELLING)
        report(
          unit,
          [...path, 'ask'],
          `"${ask}", whose answers are about as likely under both`,
          'a symptom with an answer that weighs twice as much under one of them',
        );
    }
    if (
      origin.has(`causes/${id}`) &&
      !cause.examples.some(({ expect }) => expect === 'not-first' || expect === 'excluded')
    )
      report(
        unit,
        ['examples'],
        'only cases where the cause wins',
        'an impostor: a case that looks alike where it must not win (expect: not-first or excluded)',
      );
    cause.examples.forEach(({ given, instead }, index) => {
      for (const [symptom, value] of Object.entries(given)) {
        const path = ['examples', index, 'given', symptom];
        if (typeof value === 'number') {
          if (must(unit, path, 'symptoms', symptom) && !units.symptoms[symptom]?.number)
            report(unit, path, String(value), `an answer of ${symptom}, which takes no numbers`);
        } else if (value !== UNSURE) answer(unit, path, symptom, value);
      }
      if (instead) must(unit, ['examples', index, 'instead'], 'causes', instead);
    });
    citeList(unit, cause.sources);
    cite(unit, cause);
  }
  for (const [id, symptom] of Object.entries(units.symptoms)) {
    const unit = at('symptoms', id);
    condition(unit, ['ask-unless'], symptom['ask-unless']);
    condition(unit, ['ask-when'], symptom['ask-when']);
    symptom['find-with'].forEach((check, index) => {
      if (must(unit, ['find-with', index], 'checks', check)) usedChecks.add(check);
    });
    symptom.number?.bands.forEach(({ when }, index) => {
      condition(unit, ['number', 'bands', String(index), 'when'], when);
    });
    const seen = new Map(Object.keys(symptom.answers).map((key) => [key, key]));
    for (const [key, { aliases }] of Object.entries(symptom.answers))
      aliases.forEach((alias, index) => {
        const path = ['answers', key, 'aliases', index];
        if (alias !== alias.toLowerCase() || /[\s_]/.test(alias))
          report(unit, path, `"${alias}"`, 'lower case, with hyphens');
        if (alias === UNSURE) report(unit, path, '"unsure"', 'another word: unsure is always an answer of its own');
        const other = seen.get(alias);
        if (other !== undefined)
          report(unit, path, `"${alias}", which means ${other} already`, 'an alias of one answer only');
        seen.set(alias, key);
      });
    citeList(unit, symptom.sources);
    cite(unit, symptom);
  }
  const flags = new Map(Object.keys(units.symptoms).map((id) => [id, id]));
  for (const [id, symptom] of Object.entries(units.symptoms))
    symptom.flags.forEach((flag, index) => {
      const other = flags.get(flag);
      if (other !== undefined)
        report(at('symptoms', id), ['flags', index], `"${flag}", which is a flag of ${other}`, 'a name used once');
      flags.set(flag, id);
    });
  for (const [id, remedy] of Object.entries(units.remedies)) {
    citeList(at('remedies', id), remedy.sources);
    cite(at('remedies', id), remedy);
    if (isIdle('remedies', id, usedRemedies))
      report(
        at('remedies', id),
        [],
        'a remedy that no cause uses',
        'it under `remedies` of a cause, or delete the file',
      );
  }
  for (const [id, check] of Object.entries(units.checks)) {
    const unit = at('checks', id);
    check.answers.forEach((symptom, index) => {
      must(unit, ['answers', index], 'symptoms', symptom);
    });
    citeList(unit, check.sources);
    cite(unit, check);
    if (isIdle('checks', id, usedChecks))
      report(unit, [], 'a check that no symptom names', 'it under `find-with` of the symptom it answers');
  }
  for (const [id, guide] of Object.entries(units.guides)) {
    const unit = at('guides', id);
    guide.causes.forEach((cause, index) => {
      must(unit, ['causes', index], 'causes', cause);
    });
    citeList(unit, guide.sources);
    cite(unit, guide);
  }
  for (const id of known('sources'))
    if (isIdle('sources', id, cited))
      report(
        origin.get(`sources/${id}`) ?? BUILT_IN,
        [id],
        'a source that nothing cites',
        'a citation of it, or delete it',
      );
  const grouped = new Map<string, string>();
  units.scale.groups.forEach(({ name, symptoms }, index) => {
    symptoms.forEach((symptom, place) => {
      const path = ['groups', index, 'symptoms', place];
      must(scaleFile, path, 'symptoms', symptom);
      const other = grouped.get(symptom);
      if (other !== undefined)
        report(scaleFile, path, `"${symptom}", which is in ${other} already`, 'each symptom in one group only');
      grouped.set(symptom, name);
    });
  });
  must(scaleFile, ['opening'], 'symptoms', units.scale.opening);
  for (const cause of Object.keys(units.scale.prior.counts))
    must(scaleFile, ['prior', 'counts', cause], 'causes', cause);
}

/** How much more an answer has to weigh under one of two causes for its question to tell them apart. */
const TELLING = 2;

/** The largest ratio of what an answer weighs under two causes. */
function tells(units: Units, one: string, two: string, symptom: string): number {
  if (units.symptoms[symptom] === undefined) return Number.POSITIVE_INFINITY;
  const { scale } = units;
  const answers = Object.keys(units.symptoms[symptom].answers);
  const base = Float64Array.from(
    answers,
    (key) => scale.shares[units.symptoms[symptom]?.answers[key]?.share ?? 'some'],
  );
  const total = base.reduce((sum, share) => sum + share, 0);
  const share = base.map((value) => value / total);
  const distribution = (id: string) => {
    const words = (units.causes[id] as Cause).evidence[symptom]?.words;
    return answers.map((_, at) => (words === undefined ? 1 : lift(words, { answers, base: share }, at, scale)));
  };
  const excluded = (id: string) => units.causes[id]?.['excluded-by'][symptom] !== undefined;
  if (excluded(one) !== excluded(two)) return Number.POSITIVE_INFINITY;
  const other = distribution(two);
  const trust = scale.trust[units.symptoms[symptom].kind];
  return Math.max(
    ...distribution(one).map(
      (value, index) => Math.max(value / (other[index] as number), (other[index] as number) / value) ** trust,
    ),
  );
}

/** Runs the examples that the causes bring: each must come out as its author expects. */
export function runExamples(knowledge: Knowledge): { cause: string; title: string; expect: string; got: string }[] {
  const failures: { cause: string; title: string; expect: string; got: string }[] = [];
  for (const [id, cause] of Object.entries(knowledge.causes))
    for (const { title, given, expect, instead } of cause.examples) {
      const findings = Object.entries(given).map(([symptom, value]) => ({
        symptom,
        answer: String(value),
        source: 'flag',
      }));
      const { facts } = settle(knowledge, findings);
      const { probabilities } = believe(knowledge, facts);
      const { causes } = knowledge.model;
      const ranked = causes
        .map((name, index) => ({ name, p: probabilities[index] as number }))
        .sort((a, b) => b.p - a.p);
      const place = ranked.findIndex(({ name }) => name === id);
      const ahead = instead === undefined || ranked.findIndex(({ name }) => name === instead) < place;
      const excluded = facts.some(({ symptom, answer }) => cause['excluded-by'][symptom]?.answers.includes(answer));
      const holds = { first: place === 0, 'top-3': place < 3, 'not-first': place > 0, excluded }[expect] && ahead;
      if (!holds) {
        const best = ranked.slice(0, 3).map(({ name, p }) => `${name} ${(p * 100).toFixed(0)} %`);
        failures.push({
          cause: id,
          title,
          expect: instead ? `${expect}, ${instead} ahead` : expect,
          got: `${best.join(', ')}; ${id} is ${place + 1}. with ${((ranked[place]?.p ?? 0) * 100).toFixed(0)} %`,
        });
      }
    }
  return failures;
}

/** Checks layers of knowledge whole, examples included. */
export function check(
  layers: readonly (readonly UnitFile[])[],
  base: Units | null = null,
): { knowledge: Knowledge | null; problems: Problem[] } {
  const { units, problems } = assemble(layers, base);
  if (units === null || problems.length > 0) return { knowledge: null, problems };
  const knowledge = compile(units);
  const file = new Map(layers.flat().map((unit) => [unit.place.replace(/\.ya?ml$/, ''), unit]));
  const failed = runExamples(knowledge).map(({ cause, title, expect, got }): Problem => {
    const unit = file.get(`causes/${cause}`);
    const index = knowledge.causes[cause]?.examples.findIndex((example) => example.title === title) ?? 0;
    return {
      file: unit?.file ?? cause,
      line: unit?.lineOf(['examples', index]) ?? null,
      path: `examples.${index}`,
      found: `"${title}" gives ${got}`,
      write: `evidence under which it is ${expect}`,
    };
  });
  return { knowledge, problems: failed };
}

/** What is wrong in files of signs, by file name. */
export function signProblems(files: Readonly<Record<string, unknown>>): Problem[] {
  return compileSigns(files).problems.map(({ file, at, problem }) => ({
    file: `signs/${file}`,
    line: null,
    path: at,
    found: problem,
    write: 'a sign as knowledge/README.md describes it',
  }));
}

/** Checks folders of knowledge: one that brings a scale of its own is whole, any other lies on top of the built-in units. */
export function checkFolders(
  folders: readonly (readonly { file: string; place: string; text: string }[])[],
  builtIn: Units,
): { knowledge: Knowledge | null; problems: Problem[] } {
  const parsed = folders.map((files) => files.map(({ file, place, text }) => parseUnit(file, place, text)));
  const broken = parsed.flat().flatMap(({ problems }) => problems);
  const layers = parsed.map((files) => files.flatMap(({ unit }) => unit ?? []));
  for (const layer of layers)
    broken.push(
      ...signProblems(
        Object.fromEntries(
          layer.filter(({ place }) => place.startsWith('signs/')).map(({ place, value }) => [place.slice(6), value]),
        ),
      ),
    );
  const whole = layers.some(
    (layer) =>
      layer.some(({ place }) => place === 'scale.yaml') && layer.some(({ place }) => place.startsWith('symptoms/')),
  );
  const { knowledge, problems } = check(layers, whole ? null : builtIn);
  return { knowledge: broken.length > 0 ? null : knowledge, problems: [...broken, ...problems] };
}

/** Problems as text: place, what is there, what to write. */
export function problemsText(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, path, found, write }) =>
      [
        `${printable(file)}${line === null ? '' : `:${line}`}${path === '' ? '' : `  ${printable(path)}`}`,
        `    found  ${printable(found)}`,
        `    write  ${printable(write, 600)}`,
      ].join('\n'),
    )
    .join('\n');
}

/** The symptoms and answers of an answers file, unchecked against any knowledge. */
export function parseAnswers(
  file: string,
  text: string,
): { answers: { symptom: string; answer: string; line: number | null }[]; problems: Problem[] } {
  const { unit, problems } = parseUnit(file, file, text);
  if (unit === null) return { answers: [], problems };
  const { value, lineOf } = unit;
  if (value === null || value === undefined) return { answers: [], problems };
  // A saved answer may stand below a key of its own, beside what it was saved with.
  const answers = isObject(value) && isObject(value.answers) ? value.answers : value;
  if (!isObject(answers))
    return {
      answers: [],
      problems: [
        {
          file,
          line: 1,
          path: '',
          found: `${shape(answers)} where symptoms with their answers are needed (loss-trend: growing)`,
          write: 'loss-trend: growing',
        },
      ],
    };
  const found: { symptom: string; answer: string; line: number | null }[] = [];
  for (const [symptom, answer] of Object.entries(answers)) {
    const line = lineOf(answers === value ? [symptom] : ['answers', symptom]);
    if (typeof answer === 'string' || typeof answer === 'number' || typeof answer === 'boolean')
      found.push({ symptom, answer: String(answer), line });
    else
      problems.push({
        file,
        line,
        path: symptom,
        found: `${printable(symptom)} is ${shape(answer)}, one answer is needed`,
        write: `${symptom}: ANSWER`,
      });
  }
  return { answers: found, problems };
}
