import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis.ts';
import { UsageError } from '../../src/evidence.ts';
import { builtInKnowledge } from '../../src/files.ts';
import { type InterviewInput, interview } from '../../src/wizard/run.tsx';
import { Input, Output } from './streams.ts';

const knowledge = builtInKnowledge();

/** An interview in this process, once its first frame stands. */
async function begun(given: Partial<InterviewInput> = {}) {
  const stdin = new Input();
  const stdout = new Output();
  const notes: string[] = [];
  const terminal = {
    env: { LANG: 'C.UTF-8' },
    note: (text: string) => notes.push(text),
    streams: () => ({ stdin: stdin as never, stdout: stdout as never }),
  };
  const ended = interview({
    knowledge,
    findings: [{ symptom: 'loss-trend', answer: 'growing', source: 'flag' }],
    read: null,
    save: null,
    color: true,
    write: () => {},
    terminal,
    ...given,
  });
  for (let wait = 0; wait < 500 && !(stdin.isRaw && stdin.listenerCount('readable') > 0); wait++) await sleep(5);
  return { stdin, stdout, notes, ended };
}

const isCursorShown = ({ all }: Output) => all.lastIndexOf('\u001B[?25h') > all.lastIndexOf('\u001B[?25l');

describe('a crash', () => {
  it('gives the terminal back, tells the answers so far, and is told as it is', async () => {
    const plot = () => {
      throw new Error('broken drawing');
    };
    const { stdin, stdout, notes, ended } = await begun({
      read: { run: { firstNonFinite: null, series: [] }, remarks: [], plot },
    });
    const failed = expect(ended).rejects.toThrow('broken drawing');
    stdin.press('r');
    await failed;
    expect(isCursorShown(stdout)).toBe(true);
    expect(stdin.isRaw).toBe(false);
    expect(notes.join('')).toBe('The answers so far: whynan --loss-trend growing\n');
  });
});

describe('a session that cannot be saved', () => {
  it('is told, and the interview goes on', async () => {
    let writes = 0;
    const write = () => {
      writes++;
      if (writes > 1) throw new UsageError('s.json: not written, no space left on the device.');
    };
    const { stdin, stdout, ended } = await begun({ save: 's.json', write });
    stdin.press('u');
    expect(stdout.all).toContain('Not saved. s.json: not written, no space left on the device.');
    stdin.press('q');
    expect(await ended).toBe(
      diagnose(knowledge, [{ symptom: 'loss-trend', answer: 'growing', source: 'flag' }]).verdict === 'diagnosed'
        ? 0
        : 1,
    );
    expect(writes).toBe(2);
  });
});

describe('quick typing', () => {
  it('comes as one chunk and is taken key by key', async () => {
    const { stdin, stdout, ended } = await begun();
    stdin.press('uub');
    expect(stdout.all).toContain('question 2');
    stdin.press('rq');
    expect([0, 1]).toContain(await ended);
    expect(stdout.all).toContain('What to do, in this order');
  });

  it('counts nothing after the end', async () => {
    const { stdin, ended, stdout } = await begun();
    stdin.press('\u0003quu');
    expect(await ended).toBe(130);
    expect(stdout.all).not.toContain('question 2');
  });
});
