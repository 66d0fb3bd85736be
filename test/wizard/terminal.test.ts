import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasReaders, KEYS, Screen, type ScreenOptions } from './screen.ts';

vi.setConfig({ testTimeout: 20_000 });

const open: Screen[] = [];
const start = (args: readonly string[] = [], options: ScreenOptions = {}): Screen => {
  const screen = new Screen(args, options);
  open.push(screen);
  return screen;
};
afterEach(() => {
  for (const screen of open.splice(0)) screen.close();
});

const QUESTION = /question \d+\s*$/m;
/** A question, or the report where what is known is enough. */
const READY = /question \d+\s*$|Likely causes/m;
/** The question that stands on the screen. */
const question = (text: string): string => text.split('\n')[2] ?? '';
/** Every cell of a line that says how probable something is. */
const ranking = (text: string): string =>
  text
    .split('\n')
    .filter((line) => / %( +[-+]\d+)?$/.test(line))
    .join('\n');

/** Answers every question with the same keys, each once the frame before stands, until the report does. */
async function toReport(screen: Screen, keys: string): Promise<string> {
  let text = await screen.shows(READY);
  for (let asked = 0; asked < 40 && !text.includes('Likely causes'); asked++) text = await screen.change(keys);
  return screen.shows('Likely causes');
}

/** Opens the list of what is known, and chooses a row of it. */
async function edit(screen: Screen, row: string): Promise<void> {
  await screen.shows(READY);
  screen.press('e');
  await screen.shows('What is known');
  screen.press(row);
  await screen.drops('What is known');
}

/** Waits until the list of what is known has a row, and leaves it again. */
async function knows(screen: Screen, row: RegExp): Promise<void> {
  await screen.shows(READY);
  screen.press('e');
  await screen.shows(row);
  screen.press('b');
  await screen.drops('What is known');
}

describe('an interview', () => {
  it('leads from the first question to a report that stays in the scrollback', async () => {
    const screen = start();
    await toReport(screen, KEYS.down + KEYS.enter);
    screen.press('q');
    expect([0, 1]).toContain(await screen.status());
    const all = await screen.all();
    expect(all).toMatch(/What to do, in this order/);
    expect(all).toMatch(/^whynan --/m);
    expect(all).not.toMatch(/enter open/);
    expect(screen.isCursorHidden).toBe(false);
  });

  it('ends undecided where the person is unsure of everything', async () => {
    const screen = start();
    const text = await toReport(screen, 'u');
    expect(text).toMatch(/Why is the loss NaN|Undecided/);
    screen.press('q');
    expect(await screen.status()).toBe(1);
  });

  it('goes back to the very beginning, step by step', async () => {
    const screen = start();
    const first = await screen.shows(QUESTION);
    const seen = [first];
    for (const key of ['u', 'u', 'u']) seen.push(await screen.change(key));
    for (const before of seen.slice(0, -1).reverse()) {
      const text = await screen.change('b');
      expect(question(text)).toBe(question(before));
      expect(ranking(text)).toBe(ranking(before));
    }
    expect(await screen.text()).toBe(first);
  });

  it('shows how the ranking moved, and what a marked answer would do to it', async () => {
    const screen = start(['--lr', 'usual']);
    await screen.shows(QUESTION);
    const why = await screen.change('w');
    expect(why).toMatch(/If you answer ".+":/);
    expect(why).toMatch(/\d % → /);
    expect(await screen.change(KEYS.down)).not.toBe(why);
    screen.press('w', 'r');
    await screen.shows('Likely causes');
    screen.press('w', '/', 'loss trend', KEYS.enter);
    await screen.shows('If you answer');
    screen.press('2');
    await knows(screen, /Loss trend: rose over iterations.* \(you\)/);
    screen.press('e');
    expect(await screen.shows('What is known')).toMatch(/ %\s+[-+]\d+$/m);
  });

  it('explains how to find the answer, with the command for the framework', async () => {
    const screen = start(['--framework', 'caffe', '--lr', '0.1']);
    await edit(screen, '2');
    await screen.shows('How large is the learning rate');
    screen.press('?');
    const help = await screen.shows('How to find the answer');
    expect(help).toMatch(/caffe/);
    screen.press(KEYS.end);
    await screen.shows('ctrl-c');
    screen.press(KEYS.escape);
    await screen.drops('ctrl-c');
    await screen.shows('How large is the learning rate');
  });
});

describe('an answer', () => {
  it('is revised in the middle and keeps its place', async () => {
    const screen = start(['--loss-trend', 'growing']);
    await screen.shows(QUESTION);
    await screen.change('u');
    await edit(screen, '1');
    expect(await screen.shows('What did the loss do')).toMatch(/❯ +2 +rose over iterations/);
    screen.press('4');
    await screen.shows(/you say sudden, flag says growing/);
    await knows(screen, /Loss trend: fell or stayed as usual.* \(you\)/);
    await edit(screen, '1');
    screen.press('1');
    await screen.shows(/you say from-start, flag says growing/);
    screen.press('x');
    await knows(screen, /Loss trend: rose over iterations.* \(you\)/);
    screen.press('q');
    await screen.status();
    expect(await screen.all()).toMatch(/whynan --loss-trend growing/);
  });

  it('is found by typing', async () => {
    const screen = start(['--bad-op', 'pooling']);
    await edit(screen, '1');
    screen.press('/');
    await screen.shows('type to filter');
    screen.press('bmm');
    const text = await screen.shows('/bmm');
    expect(text).toMatch(/❯ +8 +a linear, matmul or convolution layer/);
    expect(text).not.toMatch(/a logarithm/);
    screen.press('zzz');
    await screen.shows('nothing matches');
    screen.press(KEYS.escape);
    await screen.shows('a logarithm');
    screen.press('/', 'bmm', KEYS.enter);
    await knows(screen, /Operation named: a linear, matmul or convolution layer +\(you\)/);
  });

  it('is a number as people write it, judged while it is typed', async () => {
    const screen = start(['--optimizer', 'adam', '--lr', '1e-4']);
    await edit(screen, '2');
    await screen.shows('How large is the learning rate');
    for (let digit = 0; digit < 6; digit++) screen.press(KEYS.backspace);
    await screen.shows('type it as you write it');
    screen.press(KEYS.enter);
    await screen.shows('Type the number, or pick');
    screen.press('3');
    screen.press('*');
    await screen.shows('not a number yet');
    screen.press('10^-1');
    await screen.shows(/# +3\*10\^-1▏? +→ ten times what is usual or more/);
    screen.press(KEYS.enter);
    await knows(screen, /Learning rate: 0\.3, ten times what is usual or more +\(you\)/);
  });

  it('takes digits of two places on a long list', async () => {
    const screen = start(['--bad-op', 'pooling']);
    await edit(screen, '1');
    await screen.shows('Which operation');
    screen.press('1');
    await screen.shows(/❯ +1 /);
    screen.press('3');
    await knows(screen, /Operation named: eigh, svd, inverse.* \(you\)/);
  });
});

describe('a contradiction', () => {
  it('is shown before the first question, with both sides, and one key settles it', async () => {
    const { folder } = start();
    writeFileSync(join(folder, 'answers.yaml'), 'dtype: float16\n');
    const screen = start(['--dtype', 'float32', '--answers', 'answers.yaml'], { folder });
    const text = await screen.shows('Two sources disagree');
    expect(text).toMatch(/1 +float32.*flag/);
    expect(text).toMatch(/2 +.*float16.*answers file/);
    screen.press('2');
    expect(await screen.shows(QUESTION)).toMatch(/known: .*float16 \(you\)/);
    screen.press('b');
    await screen.shows('Two sources disagree');
    screen.press('u');
    expect(await screen.shows(QUESTION)).toMatch(/known: nothing yet/);
  });
});

describe('the report', () => {
  it('opens and folds causes, tries answers, and lets the questions go on', async () => {
    const screen = start(['--loss-trend', 'growing'], { rows: 40 });
    await screen.shows(QUESTION);
    screen.press('r');
    const text = await screen.shows('Likely causes');
    expect(text).toMatch(/❯ 1 ▾ /);
    screen.press('1');
    await screen.shows(/❯ 1 ▸ /);
    screen.press('3');
    await screen.shows(/❯ 3 ▾ /);
    screen.press('w');
    await screen.shows('What if?');
    screen.press('/', 'framework', KEYS.enter);
    await screen.shows('If you answer');
    screen.press('b', 'b');
    await screen.shows('Likely causes');
    screen.press('w', '/', 'framework', KEYS.enter);
    await screen.shows('If you answer');
    screen.press('2');
    await knows(screen, /Framework: TensorFlow.* \(you\)/);
    screen.press('r');
    await screen.shows('Likely causes');
    screen.press('c');
    await screen.shows(QUESTION);
  });

  it('is written as Markdown and JSON, and never over a file without asking', async () => {
    const screen = start(['--loss-trend', 'growing']);
    await screen.shows(QUESTION);
    screen.press('r');
    await screen.shows('Likely causes');
    screen.press('m');
    await screen.shows('Markdown to: whynan.md');
    screen.press(KEYS.enter);
    await screen.shows('Written: whynan.md');
    const file = join(screen.folder, 'whynan.md');
    expect(readFileSync(file, 'utf8')).toMatch(/^- \[ \] /m);
    writeFileSync(file, 'mine');
    screen.press('m', KEYS.enter);
    await screen.shows('whynan.md exists. Enter replaces it');
    screen.press(KEYS.escape);
    await screen.drops('exists');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    screen.press('m', KEYS.enter);
    await screen.shows('exists');
    screen.press(KEYS.enter);
    await screen.shows('Written: whynan.md');
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
    screen.press('o');
    await screen.shows('JSON to: whynan.json');
    screen.press(KEYS.enter);
    await screen.shows('Written: whynan.json');
    expect(JSON.parse(readFileSync(join(screen.folder, 'whynan.json'), 'utf8'))).toMatchObject({
      schema: 'whynan/report@1',
      evidence: [{ symptom: 'loss-trend', answer: 'growing' }],
    });
    screen.press('m');
    await screen.shows('Markdown to');
    screen.press('/no/such');
    screen.press(KEYS.enter);
    await screen.shows(/not written/);
  });

  it('gives the command line that says the same', async () => {
    const screen = start(['--loss-trend', 'growing']);
    await screen.shows(QUESTION);
    screen.press('r', 'y');
    await screen.shows('Copied');
    expect(screen.raw).toContain(`\u001B]52;c;${Buffer.from('whynan --loss-trend growing').toString('base64')}\u0007`);
    screen.press(KEYS.end);
    await screen.shows('whynan --loss-trend growing');
  });
});

describe('a session', () => {
  it('survives kill -9 with at most the current question lost', async () => {
    const screen = start(['--save', 's.json', '--loss-trend', 'growing']);
    await screen.shows(QUESTION);
    const second = await screen.change('u');
    await screen.change(KEYS.enter);
    const third = await screen.shows('question 3');
    screen.kill('SIGKILL');
    await screen.exit;
    const saved = JSON.parse(readFileSync(join(screen.folder, 's.json'), 'utf8')) as { findings: unknown[] };
    expect(saved.findings).toHaveLength(3);
    const again = start(['--resume', 's.json'], { folder: screen.folder });
    const text = await again.shows('question 3');
    expect(question(text)).toBe(question(third));
    expect(ranking(text)).toBe(ranking(third));
    again.press('b');
    expect(question(await again.shows('question 2'))).toBe(question(second));
  });

  it('is saved on demand, to a path that is asked for', async () => {
    const screen = start();
    await screen.shows(QUESTION);
    screen.press('s');
    await screen.shows('Save to: whynan-session.json');
    screen.press(KEYS.enter);
    await screen.shows('Saved: whynan-session.json');
    screen.press('u');
    await screen.shows('question 2');
    expect(readFileSync(join(screen.folder, 'whynan-session.json'), 'utf8')).toContain('unsure');
  });

  it('tells of an answer that no longer exists, and asks it again', async () => {
    const screen = start();
    const { folder } = screen;
    writeFileSync(
      join(folder, 's.json'),
      JSON.stringify({
        schema: 'whynan/session@1',
        findings: [{ symptom: 'dtype', answer: 'float12', source: 'interview' }],
      }),
    );
    const again = start(['--resume', 's.json'], { folder });
    await again.shows(QUESTION);
    expect(await again.all()).toMatch(/"float12" is no answer .* asked again/s);
  });
});

describe('the terminal', () => {
  it('is used at every size, and after every resize, without a trace of the old frame', async () => {
    const screen = start(['--framework', 'pytorch']);
    await screen.shows(QUESTION);
    for (const [columns, rows] of [
      [40, 12],
      [200, 60],
      [30, 16],
      [120, 40],
      [60, 20],
      [80, 24],
    ] as const) {
      screen.resize(columns, rows);
      const wide = columns >= 60;
      const text = await screen.meets(
        (now) =>
          now.match(/whynan {2,}/g)?.length === 1 &&
          now.match(/enter choose/g)?.length === 1 &&
          now.includes('why is the loss NaN?') === wide &&
          now.trimStart().startsWith('whynan'),
        `one frame at ${columns}x${rows}`,
      );
      expect(text.split('\n').length).toBeLessThanOrEqual(rows);
    }
  });

  it('shows no colour under NO_COLOR', async () => {
    const screen = start(['--framework', 'pytorch'], { env: { NO_COLOR: '1' } });
    await screen.shows(QUESTION);
    screen.press(KEYS.down, 'r');
    await screen.shows('Likely causes');
    screen.press('q');
    await screen.status();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    expect(screen.raw).not.toMatch(/\u001B\[[0-9;]*m/);
  });

  it.each([{ TERM: 'linux' }, { LANG: 'C' }, { WHYNAN_ASCII: '1' }])(
    'gets plain ASCII where it shows no more: %o',
    async (env) => {
      const screen = start(['--loss-trend', 'growing'], { env });
      await screen.shows(QUESTION);
      screen.press('w', 'w', 'r');
      const text = await screen.shows('Likely causes');
      expect(text).toMatch(/> 1 - /);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: plain text is meant
      expect(screen.raw).toMatch(/^[\u0000-\u007F]*$/);
    },
  );

  it('is read line by line with a screen reader', async () => {
    const screen = start(['--loss-trend', 'growing'], { env: { INK_SCREEN_READER: 'true' }, rows: 50, columns: 100 });
    const text = await screen.shows('Most likely so far');
    expect(text).toMatch(/^Question 1\. /m);
    expect(text).toMatch(/^(\d+|Arrow keys): /m);
    expect(text).toMatch(/^Most likely so far: .*, \d+ percent\.$/m);
    screen.press(KEYS.down);
    await screen.shows(/^Marked /m);
    screen.press('u');
    await screen.shows(/^Question 2\. /m);
    screen.press('r');
    await screen.shows(/^Report\. /m);
    screen.press('q');
    await screen.status();
    expect(await screen.all()).toMatch(/^Likely causes$/m);
    // Nothing is erased and the cursor goes nowhere.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are meant
    expect(screen.raw).not.toMatch(/\u001B\[\d*[A-HJK]|\u001B\[\?25l/);
  });

  const screens: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a question', [], QUESTION],
    ['why', ['w'], /If you answer|Type the number/],
    ['the help', ['?'], /How to find the answer/],
    ['what is known', ['e'], /What is known/],
    ['the report', ['r'], /Likely causes/],
    ['a supposition', ['r', 'w'], /What if\?/],
    ['a path', ['s'], /Save to/],
    ['a filter', ['e', '/'], /type to filter/],
  ];
  it.each(screens)('is given back with status 130 after Ctrl-C at %s', async (_, keys, shown) => {
    const screen = start(['--loss-trend', 'growing']);
    await screen.shows(QUESTION);
    screen.press(...keys);
    await screen.shows(shown);
    expect(screen.isCursorHidden).toBe(true);
    screen.press(KEYS.ctrlC);
    expect(await screen.status()).toBe(130);
    expect(screen.isCursorHidden).toBe(false);
    expect(await screen.all()).toMatch(/Interrupted\. To go on: whynan --loss-trend growing/);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('is given back after %s', async (signal) => {
    const screen = start();
    await screen.shows(QUESTION);
    screen.kill(signal);
    await screen.exit;
    expect(screen.isCursorHidden).toBe(false);
  });

  it('takes the keys while standard input is a pipe', async ({ skip }) => {
    if (!hasReaders) skip('the readers are not built');
    const { CLI } = await import('./screen.ts');
    const screen = start([], {
      shell: `printf 'step 1 loss 2.3\\nstep 2 loss nan\\n' | '${process.execPath}' '${CLI}' -`,
    });
    await screen.shows(/enter (choose|open)/);
    screen.press('q');
    expect([0, 1]).toContain(await screen.status());
  });

  it('is left alone in CI', async () => {
    const screen = start(['--loss-trend', 'growing'], { env: { CI: 'true' } });
    expect([0, 1]).toContain(await screen.status());
    expect(await screen.all()).not.toMatch(/enter choose/);
    expect(existsSync(join(screen.folder, 'whynan-session.json'))).toBe(false);
  });
});
