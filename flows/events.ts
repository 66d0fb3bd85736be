/** What can happen to an interview, and what it remembers of it. */
import type { Finding } from '../src/evidence.ts';
import type { Trail } from './trail.ts';

export interface Context {
  readonly trail: Trail;
}

export type Event =
  | { readonly type: 'learn'; readonly finding: Finding }
  | { readonly type: 'begin' }
  /** `symptom` is needed in `supposing` only: everywhere else the state knows what is asked. */
  | { readonly type: 'answer'; readonly answer: string; readonly symptom?: string }
  | { readonly type: 'unsure' }
  | { readonly type: 'back' }
  | { readonly type: 'review' }
  | { readonly type: 'revise'; readonly symptom: string }
  | { readonly type: 'report' }
  | { readonly type: 'whatIf' }
  | { readonly type: 'goOn' }
  | { readonly type: 'stop' };
