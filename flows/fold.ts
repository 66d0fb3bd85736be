/** The chart without a person in front of it: flags and files folded through it by pure transitions. */
import { initialTransition, transition } from 'xstate';
import type { Evidence, Finding } from '../src/evidence.ts';
import type { Knowledge } from '../src/knowledge.ts';
import { standings } from './trail.ts';
import { type Snapshot, type Troubleshoot, troubleshoot } from './troubleshoot.ts';

/** The state after these findings: `begin` leads to the first question, `report` to the report. */
export function fold(machine: Troubleshoot, findings: readonly Finding[], then: 'begin' | 'report'): Snapshot {
  let [snapshot] = initialTransition(machine);
  for (const finding of findings) [snapshot] = transition(machine, snapshot, { type: 'learn', finding });
  [snapshot] = transition(machine, snapshot, { type: then });
  return snapshot;
}

/**
 * The evidence that the interview has after these findings: what a scripted command line reports on.
 * @throws {UsageError} for a symptom or an answer that does not exist
 */
export function foldedEvidence(knowledge: Knowledge, findings: readonly Finding[]): Evidence {
  const { context } = fold(troubleshoot(knowledge), findings, 'report');
  return standings(knowledge)(context.trail).evidence;
}
