/** The library: the knowledge and the diagnosis, without terminal or network. */
export { diagnose, type Given, type Report } from './diagnosis.ts';
export { type Finding, UsageError } from './evidence.ts';
export type { Knowledge } from './knowledge.ts';

import { UsageError } from './evidence.ts';
import { builtInKnowledge, knowledgeFiles } from './files.ts';
import type { Knowledge } from './knowledge.ts';
import { checkFolders, problemsText } from './lint.ts';

/**
 * The built-in knowledge, with folders of further units on top; a later folder overrides an earlier one.
 * @throws {UsageError} where a folder cannot be read or its knowledge has errors, all of them in the message
 */
export function loadKnowledge(folders: readonly string[] = []): Knowledge {
  const base = builtInKnowledge();
  if (folders.length === 0) return base;
  const { knowledge, problems } = checkFolders(folders.map(knowledgeFiles), base);
  if (knowledge === null || problems.length > 0)
    throw new UsageError(`${folders.join(', ')}: broken knowledge.\n${problemsText(problems)}`);
  return knowledge;
}
