/** A knowledge base small enough to walk whole: few causes, and of these only what concerns few symptoms. */
import { builtInKnowledge } from '../../src/files.ts';
import { compile, type Knowledge } from '../../src/knowledge.ts';

export const SYMPTOMS = ['loss-trend', 'dtype', 'lr-value', 'float32-test'];
const CAUSES = ['lr-too-high', 'float16-overflow', 'log-of-zero', 'nonfinite-input', 'loss-scaling'];

const only = <T>(record: Readonly<Record<string, T>>, ids: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([id]) => ids.includes(id)));

export function reducedKnowledge(symptoms: readonly string[] = SYMPTOMS): Knowledge {
  const units = builtInKnowledge();
  const causes = Object.entries(only(units.causes, CAUSES)).map(([id, cause]) => [
    id,
    {
      ...cause,
      evidence: only(cause.evidence, symptoms),
      'excluded-by': only(cause['excluded-by'], symptoms),
      'confusable-with': {},
    },
  ]);
  return compile({ ...units, causes: Object.fromEntries(causes), symptoms: only(units.symptoms, symptoms) });
}
