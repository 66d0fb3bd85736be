/**
 * The trail of an interview: everything that was said, in order, and what follows from it. Whatever can be computed is
 * computed from the trail when it is needed, so that nothing can go stale, and going back is dropping the last act.
 */
import { type Belief, believe } from '../src/belief.ts';
import { type Conflict, type Evidence, type Finding, legal, settle } from '../src/evidence.ts';
import type { Knowledge } from '../src/knowledge.ts';
import { moreQuestions, nextQuestion } from '../src/question.ts';

export type Act =
  /** A flag, an answers file or an artifact says it. Not undone by going back. */
  | { readonly act: 'learn'; readonly finding: Finding }
  /** The person says it in the interview. */
  | { readonly act: 'answer'; readonly finding: Finding }
  /** The person wants to be asked this again. */
  | { readonly act: 'revise'; readonly symptom: string }
  /** The person wants more questions although a cause stands out. */
  | { readonly act: 'go-on' };

export type Trail = readonly Act[];

/** Where a trail has led to. */
export type Place =
  | { readonly at: 'asking'; readonly symptom: string; readonly revised: boolean }
  | { readonly at: 'settling'; readonly conflict: Conflict }
  | { readonly at: 'concluded' };

/** What follows from a trail. */
export interface Standing {
  readonly findings: readonly Finding[];
  readonly evidence: Evidence;
  readonly belief: Belief;
  readonly place: Place;
  /** Whether another question could still help, a cause standing out or not. */
  readonly more: boolean;
}

/** What a finding is in the trail: what the person said in an earlier session can be taken back like any answer. */
export const learned = (finding: Finding): Act => ({
  act: finding.source === 'interview' ? 'answer' : 'learn',
  finding,
});

/** An answer of the person as an act. */
export const said = (symptom: string, answer: string): Act => ({
  act: 'answer',
  finding: { symptom, answer, source: 'interview' },
});

/** Whether a symptom has such an answer. */
export function isAnswerTo(knowledge: Knowledge, symptom: string, answer: string): boolean {
  try {
    return legal(knowledge, { symptom, answer, source: 'interview' }).symptom === symptom;
  } catch {
    return false;
  }
}

/** Every finding that counts: what was learned, then the last word of the person on each symptom. */
export function findingsOf(trail: Trail): Finding[] {
  const learned: Finding[] = [];
  const said = new Map<string, Finding>();
  for (const act of trail)
    if (act.act === 'learn') learned.push(act.finding);
    else if (act.act === 'answer') said.set(act.finding.symptom, act.finding);
  return [...learned, ...said.values()];
}

/** What follows from trails over this knowledge: each part is computed once, when it is first asked for. */
export function standings(knowledge: Knowledge): (trail: Trail) => Standing {
  const known = new WeakMap<Trail, Standing>();
  return (trail) => {
    let standing = known.get(trail);
    if (standing === undefined) {
      standing = new LazyStanding(knowledge, trail);
      known.set(trail, standing);
    }
    return standing;
  };
}

class LazyStanding implements Standing {
  readonly #knowledge: Knowledge;
  readonly #trail: Trail;
  #findings: readonly Finding[] | undefined;
  #evidence: Evidence | undefined;
  #belief: Belief | undefined;
  #place: Place | undefined;
  #more: boolean | undefined;

  constructor(knowledge: Knowledge, trail: Trail) {
    this.#knowledge = knowledge;
    this.#trail = trail;
  }

  get findings(): readonly Finding[] {
    this.#findings ??= findingsOf(this.#trail);
    return this.#findings;
  }

  get evidence(): Evidence {
    this.#evidence ??= settle(this.#knowledge, this.findings);
    return this.#evidence;
  }

  get belief(): Belief {
    this.#belief ??= believe(this.#knowledge, this.evidence.facts);
    return this.#belief;
  }

  get place(): Place {
    this.#place ??= this.#findPlace();
    return this.#place;
  }

  get more(): boolean {
    this.#more ??= moreQuestions(this.#knowledge, this.evidence, this.belief) !== null;
    return this.#more;
  }

  #findPlace(): Place {
    const last = this.#trail.at(-1);
    if (last?.act === 'revise') return { at: 'asking', symptom: last.symptom, revised: true };
    const conflict = this.evidence.conflicts.find(({ kept }) => kept.source !== 'interview');
    if (conflict) return { at: 'settling', conflict };
    const wantsMore = this.#trail.some(({ act }) => act === 'go-on');
    const question = (wantsMore ? moreQuestions : nextQuestion)(this.#knowledge, this.evidence, this.belief);
    return question === null ? { at: 'concluded' } : { at: 'asking', symptom: question.symptom, revised: false };
  }
}
