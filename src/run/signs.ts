import type { Confidence } from '../evidence.ts';

/** A phrase of a log, and what it proves. */
export interface Sign {
  readonly id: string;
  /** Literals, one of which the line must hold. */
  readonly find: readonly string[];
  /** Must match too, where given. Named groups: `step`, `value`, `op`, `rank`, `count`, `name`. */
  readonly pattern: RegExp | null;
  /** How many following lines belong to the phrase. */
  readonly lines: number;
  readonly says: readonly { readonly symptom: string; readonly answer: string }[];
  readonly confidence: Confidence;
  readonly means: string;
  /** The phrase itself shows that something was not finite. */
  readonly shows: 'nan' | 'inf' | null;
  /** Expected in sound runs too: reported as a note, not as evidence. */
  readonly harmless: boolean;
  readonly samples: readonly string[];
}

/** A constant at which a loss that should be infinite stops. */
export interface Plateau {
  readonly value: number;
  readonly tolerance: number;
  readonly framework: string | null;
  readonly means: string;
  readonly says: readonly { readonly symptom: string; readonly answer: string }[];
}

/** What the names of the logged series tell of a run. */
export interface SeriesSign {
  readonly id: string;
  /** Each must match the name of some series, whatever the case. */
  readonly names: readonly RegExp[];
  readonly says: readonly { readonly symptom: string; readonly answer: string }[];
  readonly confidence: Confidence;
  readonly means: string;
  /** Lists of names that are such a log. */
  readonly samples: readonly (readonly string[])[];
}

/** All that the readers know about wording, compiled from `knowledge/signs`. */
export interface Signs {
  readonly signs: readonly Sign[];
  /** Operation name in lower case, without `Backward0` → answer to `bad-op`. */
  readonly operations: ReadonlyMap<string, string>;
  readonly plateaus: readonly Plateau[];
  readonly series: readonly SeriesSign[];
  /** Spelling of a setting in lower case → its one name here. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What is wrong in a file of signs. */
export interface SignProblem {
  readonly file: string;
  readonly at: string;
  readonly problem: string;
}

type Json = unknown;

function isTable(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: Json): string[] | null {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

function claims(value: Json): { symptom: string; answer: string }[] | null {
  if (value === undefined) return [];
  if (!isTable(value)) return null;
  const entries = Object.entries(value);
  if (!entries.every(([, answer]) => typeof answer === 'string')) return null;
  return entries.map(([symptom, answer]) => ({ symptom, answer: answer as string }));
}

const SIGN_KEYS = new Set(['find', 'pattern', 'lines', 'says', 'confidence', 'means', 'shows', 'harmless', 'samples']);

/**
 * Compiles the parsed files of `knowledge/signs` (file name → content). Everything wrong is returned at once; what is
 * right can be used all the same.
 */
export function compileSigns(files: Readonly<Record<string, Json>>): {
  signs: Signs;
  problems: readonly SignProblem[];
} {
  const signs: Sign[] = [];
  const operations = new Map<string, string>();
  const plateaus: Plateau[] = [];
  const series: SeriesSign[] = [];
  const settings = new Map<string, string>();
  const problems: SignProblem[] = [];
  const seen = new Set<string>();
  for (const [file, content] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const report = (at: string, problem: string) => problems.push({ file, at, problem });
    if (!isTable(content)) {
      report('', 'must be a mapping with signs, series, operations, plateaus or settings');
      continue;
    }
    for (const key of Object.keys(content)) {
      if (!['name', 'signs', 'series', 'operations', 'plateaus', 'settings'].includes(key)) report(key, 'unknown key');
    }
    for (const [id, sign] of Object.entries(isTable(content.signs) ? content.signs : {})) {
      const compiled = compileSign(id, sign, (at, problem) => report(`signs.${id}${at}`, problem));
      if (compiled === null) continue;
      if (seen.has(id)) report(`signs.${id}`, 'defined twice');
      seen.add(id);
      signs.push(compiled);
    }
    for (const [id, sign] of Object.entries(isTable(content.series) ? content.series : {})) {
      const compiled = compileSeries(id, sign, (at, problem) => report(`series.${id}${at}`, problem));
      if (compiled === null) continue;
      if (seen.has(id)) report(`series.${id}`, 'defined twice');
      seen.add(id);
      series.push(compiled);
    }
    for (const [answer, names] of Object.entries(isTable(content.operations) ? content.operations : {})) {
      for (const name of texts(names) ?? []) operations.set(name.toLowerCase(), answer);
    }
    for (const [index, plateau] of (Array.isArray(content.plateaus) ? content.plateaus : []).entries()) {
      const says = isTable(plateau) ? claims(plateau.says) : null;
      if (
        !isTable(plateau) ||
        typeof plateau.value !== 'number' ||
        typeof plateau.means !== 'string' ||
        says === null
      ) {
        report(`plateaus[${index}]`, 'needs a number `value`, a text `means`, and `says` as symptom: answer');
        continue;
      }
      plateaus.push({
        value: plateau.value,
        tolerance: typeof plateau.tolerance === 'number' ? plateau.tolerance : 0.002,
        framework: typeof plateau.framework === 'string' ? plateau.framework : null,
        means: plateau.means,
        says,
      });
    }
    for (const [name, spellings] of Object.entries(isTable(content.settings) ? content.settings : {})) {
      const list = texts(spellings);
      if (list === null) report(`settings.${name}`, 'must be a list of spellings');
      for (const spelling of list ?? []) settings.set(spelling.toLowerCase(), name);
      settings.set(name.toLowerCase(), name);
    }
  }
  return { signs: { signs, series, operations, plateaus, settings }, problems };
}

function confidenceOf(
  { confidence = 'likely' }: Readonly<Record<string, Json>>,
  report: (at: string, problem: string) => void,
): Confidence | null {
  if (confidence === 'certain' || confidence === 'likely' || confidence === 'weak') return confidence;
  report('.confidence', 'certain, likely or weak');
  return null;
}

const SERIES_KEYS = new Set(['names', 'says', 'confidence', 'means', 'samples']);

function compileSeries(id: string, sign: Json, report: (at: string, problem: string) => void): SeriesSign | null {
  if (!isTable(sign)) {
    report('', 'must be a mapping');
    return null;
  }
  for (const key of Object.keys(sign)) if (!SERIES_KEYS.has(key)) report(`.${key}`, 'unknown key');
  const says = claims(sign.says);
  if (says === null || says.length === 0) report('.says', 'must map symptoms to answers');
  if (typeof sign.means !== 'string') report('.means', 'one sentence that says what the names mean');
  const confidence = confidenceOf(sign, report);
  let names: RegExp[] = [];
  try {
    names = (texts(sign.names) ?? []).map((pattern) => new RegExp(pattern, 'i'));
    if (names.length === 0) report('.names', 'one or more patterns, each of which must match the name of some series');
  } catch (error) {
    report('.names', error instanceof Error ? error.message : String(error));
  }
  if (says === null || confidence === null || names.length === 0) return null;
  const samples = (Array.isArray(sign.samples) ? sign.samples : []).map((list: Json) => texts(list) ?? []);
  return { id, names, says, confidence, means: typeof sign.means === 'string' ? sign.means : '', samples };
}

function compileSign(id: string, sign: Json, report: (at: string, problem: string) => void): Sign | null {
  if (!isTable(sign)) {
    report('', 'must be a mapping');
    return null;
  }
  for (const key of Object.keys(sign)) if (!SIGN_KEYS.has(key)) report(`.${key}`, 'unknown key');
  const find = texts(sign.find);
  if (find === null || find.length === 0 || find.some((literal) => literal.length < 3)) {
    report('.find', 'one or more literals of at least 3 characters');
    return null;
  }
  const says = claims(sign.says);
  if (says === null) report('.says', 'must map symptoms to answers');
  if (typeof sign.means !== 'string') report('.means', 'one sentence that says what the phrase means');
  let pattern: RegExp | null = null;
  if (sign.pattern !== undefined) {
    try {
      pattern = new RegExp(String(sign.pattern));
    } catch (error) {
      report('.pattern', error instanceof Error ? error.message : String(error));
      return null;
    }
  }
  const confidence = confidenceOf(sign, report);
  if (confidence === null) return null;
  return {
    id,
    find,
    pattern,
    lines: typeof sign.lines === 'number' ? Math.min(12, Math.max(0, sign.lines)) : 0,
    says: says ?? [],
    confidence,
    means: typeof sign.means === 'string' ? sign.means : '',
    shows: sign.shows === 'nan' || sign.shows === 'inf' ? sign.shows : null,
    harmless: sign.harmless === true,
    samples: texts(sign.samples) ?? [],
  };
}

/** The answer to `bad-op` for an operation as a trace names it: `SqrtBackward0`, `jit(log)`, `RealDiv`. */
export function operationAnswer(signs: Signs, name: string): string | null {
  const bare = name
    .replace(/^jit\(|\)$/g, '')
    .replace(/(?:Backward\d*)+$/, '')
    .replace(/^(?:aten::|torch\.|tf\.|jnp\.)/, '')
    .toLowerCase();
  return signs.operations.get(bare) ?? signs.operations.get(bare.replace(/_v?\d+$|v\d$/, '')) ?? null;
}
