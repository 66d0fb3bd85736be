/**
 * An interview to keep: as a file to resume, or as a command line. Only what was said is kept, nothing that follows
 * from it, so that newer knowledge judges it afresh.
 */
import { type Finding, legal, settle, UNSURE, UsageError } from './evidence.ts';
import type { Knowledge } from './knowledge.ts';
import { printable } from './untrusted.ts';

const SCHEMA = 'whynan/session@1';

export interface Session {
  readonly findings: Finding[];
  /** What the knowledge of today does not know any more, a sentence each. It is asked again. */
  readonly notes: readonly string[];
}

/** Findings as the text of a session file. Deterministic: the same findings give the same bytes. */
export function saveSession(knowledge: Knowledge, findings: readonly Finding[]): string {
  const kept = findings.map(({ symptom, answer, source, detail, confidence }) => ({
    symptom: legal(knowledge, { symptom, answer, source }).symptom,
    answer,
    source,
    ...(detail === undefined ? {} : { detail }),
    ...(confidence === undefined ? {} : { confidence }),
  }));
  return `${JSON.stringify({ schema: SCHEMA, findings: kept }, null, 1)}\n`;
}

/**
 * The findings of a session file, as far as the knowledge still understands them.
 * @throws {UsageError} where the text is no session
 */
export function loadSession(knowledge: Knowledge, text: string, path: string): Session {
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const value of entries(text, path)) {
    const finding = asFinding(value);
    if (finding === null) {
      notes.push(`${printable(path)}: an entry is not readable and is left out.`);
      continue;
    }
    try {
      legal(knowledge, finding);
      findings.push(finding);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const symptom = Object.hasOwn(knowledge.symptoms, finding.symptom)
        ? knowledge.symptoms[finding.symptom]
        : undefined;
      notes.push(
        symptom === undefined
          ? `${printable(path)}: "${printable(finding.symptom, 40)}" is not asked any more.`
          : `${printable(path)}: "${printable(finding.answer, 40)}" is no answer to "${symptom.question}" any more; it is asked again.`,
      );
    }
  }
  return { findings, notes };
}

function entries(text: string, path: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${printable(path)}: is not a saved session. \`whynan --save FILE\` writes one.`);
  }
  const { schema, findings } = (typeof value === 'object' && value !== null ? value : {}) as {
    schema?: unknown;
    findings?: unknown;
  };
  if (schema !== SCHEMA || !Array.isArray(findings))
    throw new UsageError(
      `${printable(path)}: is not a saved session that this version reads (${SCHEMA}). \`whynan --save FILE\` writes one.`,
    );
  return findings;
}

function asFinding(value: unknown): Finding | null {
  if (typeof value !== 'object' || value === null) return null;
  const { symptom, answer, source, detail, confidence } = value as Record<string, unknown>;
  if (typeof symptom !== 'string' || typeof answer !== 'string' || typeof source !== 'string') return null;
  return {
    symptom,
    answer,
    source,
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(confidence === 'certain' || confidence === 'likely' || confidence === 'weak' ? { confidence } : {}),
  };
}

/** The command line that says the same by flags alone. */
export function commandLine(knowledge: Knowledge, findings: readonly Finding[]): string {
  const { facts, unsure } = settle(knowledge, findings);
  const flags = facts.map(
    ({ symptom, answer, number }) => `--${symptom} ${number === undefined || Number.isNaN(number) ? answer : number}`,
  );
  return ['whynan', ...flags, ...[...unsure].map((symptom) => `--${symptom} ${UNSURE}`)].join(' ');
}
