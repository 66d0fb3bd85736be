import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import type { Event } from '../../flows/events.ts';
import { fold, foldedEvidence } from '../../flows/fold.ts';
import { chartPage, statesOf } from '../../flows/page.ts';
import { findingsOf, standings } from '../../flows/trail.ts';
import { type Snapshot, troubleshoot } from '../../flows/troubleshoot.ts';
import { believe } from '../../src/belief.ts';
import { diagnose, report } from '../../src/diagnosis.ts';
import { type Finding, settle, UNSURE } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { reducedKnowledge, SYMPTOMS } from './reduced.ts';

const whole = builtInKnowledge();
const machine = troubleshoot(whole);
const standing = standings(whole);
const send = (snapshot: Snapshot, ...events: Event[]) =>
  events.reduce((at, event) => transition(machine, at, event)[0], snapshot);
const told = ({ value, context }: Snapshot) => JSON.stringify([value, context.trail]);
const asked = (snapshot: Snapshot): string | null => {
  const { place } = standing(snapshot.context.trail);
  return place.at === 'asking' ? place.symptom : null;
};
const said = (symptom: string, answer: string): Finding => ({ symptom, answer, source: 'interview' });

/** A fixed sequence of numbers below one. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

describe('every state of a reduced chart', () => {
  const knowledge = reducedKnowledge();
  const small = troubleshoot(knowledge);
  const place = standings(knowledge);
  const events = (snapshot: { context: Snapshot['context'] }): Event[] => {
    const { place: at } = place(snapshot.context.trail);
    const answers =
      at.at === 'asking'
        ? Object.keys(knowledge.symptoms[at.symptom]?.answers ?? {})
        : at.at === 'settling'
          ? [at.conflict.kept.answer]
          : [];
    return [
      { type: 'learn', finding: { symptom: 'dtype', answer: 'float16', source: 'flag' } },
      { type: 'learn', finding: { symptom: 'dtype', answer: 'float32', source: 'train.log:3' } },
      { type: 'begin' },
      ...answers.map((answer): Event => ({ type: 'answer', answer })),
      { type: 'answer', answer: 'growing', symptom: 'loss-trend' },
      { type: 'unsure' },
      { type: 'back' },
      { type: 'review' },
      ...SYMPTOMS.map((symptom): Event => ({ type: 'revise', symptom })),
      { type: 'report' },
      { type: 'whatIf' },
      { type: 'goOn' },
      { type: 'stop' },
    ];
  };
  const paths = getShortestPaths(small, {
    events: events as never,
    serializeState: (state) =>
      JSON.stringify([state.value, state.context.trail, (state as { historyValue?: object }).historyValue ? 1 : 0]),
    stopWhen: (state) => state.context.trail.length >= 3,
    limit: 200_000,
  });
  const reached = new Set(paths.flatMap(({ state }) => (state as Snapshot)._nodes.map(({ id }) => id)));

  it('is reached, but for the one that is left at once', () => {
    const all = statesOf(small.root)
      .map(({ id }) => id)
      .filter((id) => !/deciding$|\.last$/.test(id));
    expect(all.filter((id) => !reached.has(id))).toEqual([]);
  });

  it('lets the person leave, and lets nothing be stuck', () => {
    for (const { state } of paths) {
      if (state.status === 'done') continue;
      expect(state.can({ type: 'stop' })).toBe(true);
      const others = events(state).filter(({ type }) => type !== 'stop');
      expect(others.some((event) => state.can(event))).toBe(true);
    }
  });

  it('takes an answer back as if it had not been given', () => {
    let tried = 0;
    for (const { state } of paths) {
      for (const event of events(state)) {
        if (!['answer', 'unsure'].includes(event.type) || !state.can(event) || state.matches('supposing')) continue;
        const [after] = transition(small, state as never, event);
        const [back] = transition(small, after, { type: 'back' });
        expect([back.value, back.context]).toEqual([state.value, state.context]);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  it('comes back from reviewing and supposing to where the person was', () => {
    for (const { state } of paths)
      for (const type of ['review', 'whatIf'] as const) {
        if (!state.matches('interview')) continue;
        const [away] = transition(small, state as never, { type });
        const [back] = transition(small, away, { type: 'back' });
        expect([back.value, back.context]).toEqual([state.value, state.context]);
      }
  });
});

describe('random walks over the whole chart', () => {
  it('end in a report, undo to the beginning, and agree with the scripted command line', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const chance = chances(seed);
      let at = fold(machine, [], 'begin');
      const start = told(at);
      for (let step = 0; step < 40 && !at.matches({ interview: 'diagnosed' }); step++) {
        const symptom = asked(at) as string;
        const answers = Object.keys(whole.symptoms[symptom]?.answers ?? {});
        const answer = answers[Math.floor(chance() * answers.length)] as string;
        const dice = chance();
        const before = told(at);
        const after = send(at, dice < 0.35 ? { type: 'unsure' } : { type: 'answer', answer });
        expect(told(send(after, { type: 'back' }))).toBe(before);
        at = after;
        const [first] = findingsOf(at.context.trail);
        if (dice > 0.9 && first) at = send(at, { type: 'revise', symptom: first.symptom }, { type: 'unsure' });
      }
      expect(at.matches({ interview: { diagnosed: 'concluded' } })).toBe(true);
      const findings = findingsOf(at.context.trail);
      const flags = findings.map((finding) => ({ ...finding, source: 'flag' }));
      const asFlags = (text: string) => text.replaceAll('"source":"interview"', '"source":"flag"');
      expect(asFlags(JSON.stringify(report(whole, standing(at.context.trail).evidence)))).toBe(
        JSON.stringify(diagnose(whole, flags)),
      );
      for (let back = 0; back < 100 && at.can({ type: 'back' }); back++) at = send(at, { type: 'back' });
      expect(told(at)).toBe(start);
    }
  });
});

describe('the interview', () => {
  it('starts at the first question and asks nothing twice', () => {
    let at = fold(machine, [], 'begin');
    const seen: string[] = [];
    while (!at.matches({ interview: 'diagnosed' })) {
      const symptom = asked(at) as string;
      expect(seen).not.toContain(symptom);
      seen.push(symptom);
      at = send(at, { type: 'unsure' });
    }
    expect(seen.length).toBeGreaterThan(3);
  });

  it('refuses an answer that the question does not have', () => {
    const at = fold(machine, [], 'begin');
    expect(told(send(at, { type: 'answer', answer: 'nonsense' }))).toBe(told(at));
  });

  it('asks again what is revised, and the new answer replaces the old one', () => {
    const flag: Finding = { symptom: 'loss-trend', answer: 'growing', source: 'flag' };
    const at = send(fold(machine, [flag], 'begin'), { type: 'revise', symptom: 'loss-trend' });
    expect(asked(at)).toBe('loss-trend');
    const after = send(at, { type: 'answer', answer: 'sudden' });
    const { evidence } = standing(after.context.trail);
    expect(evidence.facts.map(({ answer }) => answer)).toEqual(['sudden']);
    expect(evidence.conflicts).toHaveLength(1);
    expect(after.matches({ interview: 'settling' })).toBe(false);
  });

  it('stops at a contradiction before any question, and settles it either way', () => {
    const sides: Finding[] = [
      { symptom: 'dtype', answer: 'float16', source: 'flag' },
      { symptom: 'dtype', answer: 'float32', source: 'train.log:3' },
    ];
    const at = fold(machine, sides, 'begin');
    expect(at.value).toEqual({ interview: 'settling' });
    const theirs = send(at, { type: 'answer', answer: 'float32' });
    expect(standing(theirs.context.trail).evidence.facts[0]?.answer).toBe('float32');
    const neither = send(at, { type: 'unsure' });
    expect(standing(neither.context.trail).evidence.facts).toEqual([]);
    expect(told(send(theirs, { type: 'back' }))).toBe(told(at));
  });

  it('goes on after a diagnosis as long as anything can still help', () => {
    let at = fold(
      machine,
      [
        { symptom: 'bad-op', answer: 'log', source: 'flag' },
        { symptom: 'loss-function', answer: 'cross-entropy-probs', source: 'flag' },
        { symptom: 'forward-value', answer: 'zero-argument', source: 'flag' },
      ],
      'begin',
    );
    expect(at.value).toEqual({ interview: { diagnosed: 'concluded' } });
    const before = told(at);
    if (at.can({ type: 'goOn' })) {
      at = send(at, { type: 'goOn' });
      expect(at.matches({ interview: 'asking' })).toBe(true);
      expect(told(send(at, { type: 'back' }))).toBe(before);
    }
  });
});

describe('the fold of the command line', () => {
  it('gives the evidence that settling the findings gives', () => {
    const chance = chances(7);
    const ids = Object.keys(whole.symptoms);
    for (let round = 0; round < 100; round++) {
      const findings = Array.from({ length: 1 + Math.floor(chance() * 8) }, (): Finding => {
        const symptom = ids[Math.floor(chance() * ids.length)] as string;
        const answers = [...Object.keys(whole.symptoms[symptom]?.answers ?? {}), UNSURE];
        const source = ['flag', 'answers-file', 'train.log:7'][Math.floor(chance() * 3)] as string;
        return { symptom, answer: answers[Math.floor(chance() * answers.length)] as string, source };
      });
      const folded = standing(fold(machine, findings, 'report').context.trail);
      expect(folded.evidence).toEqual(settle(whole, findings));
      expect(foldedEvidence(whole, findings)).toEqual(settle(whole, findings));
      expect(folded.belief.probabilities).toEqual(believe(whole, settle(whole, findings).facts).probabilities);
    }
  });

  it('keeps an earlier interview as answers that can be taken back', () => {
    const at = fold(machine, [said('loss-trend', 'growing'), said('dtype', UNSURE)], 'begin');
    expect(at.can({ type: 'back' })).toBe(true);
    const [initial] = initialTransition(machine);
    expect(initial.can({ type: 'back' })).toBe(false);
  });
});

describe('the chart as it is drawn', () => {
  it('names every guard and action, and describes every state and every guarded branch', () => {
    const nodes = statesOf(machine.root);
    expect(nodes.filter(({ description }) => !description).map(({ id }) => id)).toEqual([]);
    const transitions = nodes.flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])]);
    for (const { guard, actions, description, source } of transitions) {
      if (guard !== undefined)
        expect(typeof guard === 'string' || typeof (guard as { type?: unknown }).type === 'string').toBe(true);
      for (const action of actions)
        expect(typeof action === 'string' || typeof (action as { type?: unknown }).type === 'string').toBe(true);
      expect(description, `${source.id} ${guard ? 'guarded' : ''}`).toBeTruthy();
    }
  });

  it('has a page with every state', () => {
    const page = chartPage(machine);
    for (const symptom of Object.keys(whole.symptoms)) expect(page).toContain(`| \`${symptom}\` |`);
    for (const id of ['interview.settling', 'reviewing', 'supposing', 'interview.diagnosed.early'])
      expect(page).toContain(`\`${id}\``);
  });
});
