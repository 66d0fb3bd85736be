/**
 * The interview as one statechart, built from the knowledge: a state per question, `deciding` between them. The wizard
 * and the scripted command line both run it, by pure transitions; its context is the trail of what was said.
 */
import { assign, type SnapshotFrom, setup } from 'xstate';
import { UNSURE } from '../src/evidence.ts';
import type { Knowledge } from '../src/knowledge.ts';
import type { Context, Event } from './events.ts';
import { type Act, isAnswerTo, learned, said, standings, type Trail } from './trail.ts';

interface About {
  readonly symptom: string;
}

export type Troubleshoot = ReturnType<typeof troubleshoot>;
export type Snapshot = SnapshotFrom<Troubleshoot>;

/** The chart for a knowledge base. */
export function troubleshoot(knowledge: Knowledge) {
  const standing = standings(knowledge);
  const then = (trail: Trail, act: Act) => ({ trail: [...trail, act] });
  /** The symptom that an answer is about, where the state asks for one. */
  const asked = ({ trail }: Context): string => {
    const { place } = standing(trail);
    return place.at === 'asking' ? place.symptom : place.at === 'settling' ? place.conflict.symptom : '';
  };
  const isAnswer = (symptom: string, event: Event) =>
    event.type === 'answer' && isAnswerTo(knowledge, symptom, event.answer);

  const chart = setup({
    types: { context: {} as Context, events: {} as Event },
    guards: {
      isNext: ({ context }, { symptom }: About) => {
        const { place } = standing(context.trail);
        return place.at === 'asking' && place.symptom === symptom;
      },
      isDisputed: ({ context }) => standing(context.trail).place.at === 'settling',
      isAnswer: ({ context, event }) => isAnswer(asked(context), event),
      isSupposition: ({ event }) => event.type === 'answer' && isAnswer(event.symptom ?? '', event),
      isSymptom: ({ event }) => event.type === 'revise' && Object.hasOwn(knowledge.symptoms, event.symptom),
      hasPast: ({ context }) => (context.trail.at(-1)?.act ?? 'learn') !== 'learn',
      hasMore: ({ context }) => standing(context.trail).more,
    },
    actions: {
      learn: assign(({ context, event }) =>
        event.type === 'learn' ? then(context.trail, learned(event.finding)) : {},
      ),
      record: assign(({ context, event }) =>
        event.type === 'answer' ? then(context.trail, said(asked(context), event.answer)) : {},
      ),
      recordSupposition: assign(({ context, event }) =>
        event.type === 'answer' ? then(context.trail, said(event.symptom ?? '', event.answer)) : {},
      ),
      recordUnsure: assign(({ context }) => then(context.trail, said(asked(context), UNSURE))),
      undo: assign(({ context }) => ({ trail: context.trail.slice(0, -1) })),
      askAgain: assign(({ context, event }) =>
        event.type === 'revise' ? then(context.trail, { act: 'revise', symptom: event.symptom }) : {},
      ),
      askMore: assign(({ context }) => then(context.trail, { act: 'go-on' })),
    },
  });

  const questions = Object.keys(knowledge.symptoms);
  const decide = '#troubleshoot.interview.deciding';
  const back = { guard: 'hasPast', actions: 'undo', target: decide, description: 'takes the last step back' } as const;
  /** What is done where an answer is waited for, and in words what the answer and its lack mean there. */
  const waits = (sure: string, unsure: string) =>
    ({
      answer: { guard: 'isAnswer', actions: 'record', target: decide, description: sure },
      unsure: { actions: 'recordUnsure', target: decide, description: unsure },
      back,
    }) as const;
  const asking = questions.map((id) => [id, { description: knowledge.symptoms[id]?.question ?? '' }] as const);

  return chart.createMachine({
    id: 'troubleshoot',
    description:
      'Finds out why a training loss became NaN or infinite, by asking what tells most for the least effort.',
    initial: 'gathering',
    context: { trail: [] },
    on: { stop: { target: '.stopped', description: 'leaves; the report so far is what counts' } },
    states: {
      gathering: {
        description: 'Takes in what flags and files say, before any question.',
        on: {
          learn: { actions: 'learn', description: 'one more finding' },
          begin: { target: decide, description: 'starts the interview' },
          report: { target: '#troubleshoot.interview.diagnosed.early', description: 'a script asks nothing' },
        },
      },
      interview: {
        description: 'One question after the other, each chosen from all that is known.',
        initial: 'deciding',
        on: {
          review: { target: 'reviewing', description: 'shows what is known' },
          revise: {
            guard: 'isSymptom',
            actions: 'askAgain',
            target: decide,
            description: 'asks this again, or out of turn',
          },
          report: { target: '.diagnosed.early', description: 'shows the report although questions are left' },
          whatIf: { target: 'supposing', description: 'tries answers without giving them' },
        },
        states: {
          deciding: {
            description: 'Chooses what comes next from the trail alone.',
            always: [
              { guard: 'isDisputed', target: 'settling', description: 'two sources disagree' },
              ...questions.map((symptom) => ({
                guard: { type: 'isNext' as const, params: { symptom } },
                target: `asking.${symptom}`,
                description: 'this question was asked for, or tells most for its effort',
              })),
              { target: 'diagnosed.concluded', description: 'a cause stands out, or nothing is worth asking' },
            ],
          },
          asking: {
            description: 'Waits for the answer to one question.',
            initial: questions[0] as string,
            on: waits('the answer is one of this question', 'no evidence, and not asked again'),
            states: Object.fromEntries(asking),
          },
          settling: {
            description: 'Shows both sides of a contradiction and waits for the person to settle it.',
            on: waits('this is true, whatever else says otherwise', 'neither side counts'),
          },
          diagnosed: {
            description: 'Shows the report. Never final: one can always go back.',
            initial: 'concluded',
            on: { report: { description: 'it is shown already' } },
            states: {
              concluded: {
                description: 'No question is left that would change much.',
                on: {
                  back,
                  goOn: {
                    guard: 'hasMore',
                    actions: 'askMore',
                    target: decide,
                    description: 'asks on although a cause stands out',
                  },
                },
              },
              early: {
                description: 'The person asked for the report; questions may be left.',
                on: {
                  back: { target: decide, description: 'back to the question' },
                  goOn: { target: decide, description: 'back to the question' },
                },
              },
            },
          },
          last: { type: 'history', history: 'deep', description: 'Where the interview was left.' },
        },
      },
      reviewing: {
        description: 'Shows every answer and where it came from.',
        on: {
          revise: { guard: 'isSymptom', actions: 'askAgain', target: decide, description: 'asks this again' },
          back: { target: 'interview.last', description: 'changes nothing' },
        },
      },
      supposing: {
        description: 'Shows what an answer would do to the ranking.',
        on: {
          answer: {
            guard: 'isSupposition',
            actions: 'recordSupposition',
            target: decide,
            description: 'the supposition is true: it becomes an answer',
          },
          back: { target: 'interview.last', description: 'changes nothing' },
        },
      },
      stopped: { type: 'final', description: 'The person left.' },
    },
  });
}
