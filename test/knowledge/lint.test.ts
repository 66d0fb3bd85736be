import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInKnowledge, knowledgeFiles } from '../../src/files.ts';
import { diagnose, loadKnowledge, UsageError } from '../../src/index.ts';
import { checkFolders, type Problem } from '../../src/lint.ts';
import { broken, type Files, TEAM } from './team.ts';

const KNOWLEDGE = join(import.meta.dirname, '..', '..', 'knowledge');
const CLI = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whynan-lint-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
function written(files: Files): string {
  const team = join(folder, `team-${++made}`);
  mkdirSync(team);
  for (const [place, text] of Object.entries(files)) {
    mkdirSync(dirname(join(team, place)), { recursive: true });
    writeFileSync(join(team, place), text);
  }
  return team;
}

function messageOf(team: string): string {
  try {
    loadKnowledge([team]);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'no error';
}

function whynan(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, CI: '1' },
  });
  return { status, stdout, stderr };
}

const base = builtInKnowledge();
const problemsOf = (team: string) => checkFolders([knowledgeFiles(team)], base).problems;

describe('a team lays its own knowledge on top', () => {
  it('a new cause with its symptom, remedy and source is found, asked for and explained', () => {
    const team = written(TEAM);
    const knowledge = loadKnowledge([team]);
    const { causes, evidence } = diagnose(knowledge, [
      { symptom: 'queue', answer: 'drained' },
      { symptom: 'first-bad-tensor', answer: 'input' },
    ]);
    expect(causes[0]?.id).toBe('feeder-stall');
    expect(causes[0]?.remedies.map(({ id }) => id)).toEqual(['restart-feeder', 'clean-data']);
    expect(evidence[0]).toMatchObject({ symptom: 'queue-state', answer: 'empty' });
    expect(whynan('check', team)).toMatchObject({ status: 0, stderr: '' });
    const page = whynan('explain', 'feeder-stall', '--knowledge', team);
    expect(page).toMatchObject({ status: 0, stderr: '' });
    expect(page.stdout).toContain('https://wiki.example/feeder');
  });

  it('what a team tells in told.yaml counts', () => {
    const chance = (files: Files) =>
      diagnose(loadKnowledge([written(files)]), [{ symptom: 'queue-state', answer: 'empty' }], {
        top: Number.POSITIVE_INFINITY,
      }).causes.find(({ id }) => id === 'feeder-stall')?.probability ?? 0;
    expect(chance(TEAM)).toBeGreaterThan(chance(broken('told.yaml', '3', '1')) * 1.2);
  });

  it('a unit of the same name replaces the built-in one, and nothing else changes', () => {
    const original = builtInKnowledge();
    const remedy = original.remedies['lower-learning-rate'];
    const team = written({
      'remedies/lower-learning-rate.yaml': JSON.stringify({ ...remedy, why: 'Our recipe asks for a third.' }),
    });
    const knowledge = loadKnowledge([team]);
    expect(knowledge.remedies['lower-learning-rate']?.why).toBe('Our recipe asks for a third.');
    expect(Object.keys(knowledge.causes)).toEqual(Object.keys(original.causes));
    const findings = [{ symptom: 'loss-trend', answer: 'growing' }];
    const chances = (knowledge: ReturnType<typeof loadKnowledge>) =>
      diagnose(knowledge, findings).causes.map(({ id, probability }) => `${id} ${probability.toFixed(9)}`);
    expect(chances(knowledge)).toEqual(chances(original));
  });

  it('a built-in cause can be replaced', () => {
    const source = readFileSync(join(KNOWLEDGE, 'causes', 'pooling-stride-exceeds-kernel.yaml'), 'utf8');
    const team = written({
      'causes/pooling-stride-exceeds-kernel.yaml': source.replace(/^name: .*$/m, 'name: Our pooling'),
    });
    expect(problemsOf(team)).toEqual([]);
    expect(whynan('explain', 'pooling-stride-exceeds-kernel', '--knowledge', team).stdout).toMatch(/^Our pooling\n/);
  });

  it('what a replaced cause no longer needs may stay without use', () => {
    const source = readFileSync(join(KNOWLEDGE, 'causes', 'pooling-stride-exceeds-kernel.yaml'), 'utf8');
    const team = written({
      'causes/pooling-stride-exceeds-kernel.yaml': source.replace('use: kernel-covers-stride', 'use: clean-data'),
    });
    expect(problemsOf(team)).toEqual([]);
  });

  it('a replaced symptom that lacks an answer names the built-in units that need it', () => {
    const source = readFileSync(join(KNOWLEDGE, 'symptoms', 'pooling.yaml'), 'utf8');
    const team = written({ 'symptoms/pooling.yaml': source.replaceAll('stride-exceeds-kernel', 'too-far') });
    expect(problemsOf(team)).toContainEqual({
      file: 'causes/pooling-stride-exceeds-kernel.yaml (built in)',
      line: null,
      path: 'evidence.pooling.stride-exceeds-kernel',
      found: '"stride-exceeds-kernel"',
      write: expect.stringContaining('the answers of pooling are'),
    });
  });

  it('the last of several folders wins', () => {
    const remedy = builtInKnowledge().remedies['lower-learning-rate'];
    const [one, two] = ['One.', 'Two.'].map((why) =>
      written({ 'remedies/lower-learning-rate.yaml': JSON.stringify({ ...remedy, why }) }),
    ) as [string, string];
    expect(loadKnowledge([one, two]).remedies['lower-learning-rate']?.why).toBe('Two.');
    expect(loadKnowledge([two, one]).remedies['lower-learning-rate']?.why).toBe('One.');
  });
});

const CAUSE = 'causes/feeder-stall.yaml';
const SYMPTOM = 'symptoms/queue-state.yaml';
const REMEDY = 'remedies/restart-feeder.yaml';

/** One fault each: what is broken, and what has to be said about it. A text stands for a part of what is said. */
const FAULTS: readonly { what: string; files: Files; says: Partial<Record<keyof Problem, string | number | null>> }[] =
  [
    {
      what: 'a key nobody knows',
      files: broken(CAUSE, 'base-rate: rare', 'base-rates: rare'),
      says: { line: 4, path: 'base-rates', found: 'the key "base-rates"', write: '"base-rate"' },
    },
    {
      what: 'a missing key',
      files: broken(CAUSE, 'base-rate: rare\n', ''),
      says: { line: 1, path: 'base-rate', found: 'nothing', write: '"base-rate", which is required' },
    },
    {
      what: 'a word that is no strength',
      files: broken(CAUSE, 'empty: always', 'empty: often'),
      says: {
        line: 12,
        path: 'evidence.queue-state.empty',
        found: '"often"',
        write: 'always, typical, common, unusual, rare, never',
      },
    },
    {
      what: 'evidence without a reason',
      files: broken(CAUSE, '    because: An empty queue is the cause by definition.\n', ''),
      says: { line: 12, path: 'evidence.queue-state.because', found: 'nothing', write: '"because", which is required' },
    },
    {
      what: 'a symptom that does not exist',
      files: broken(CAUSE, '  scope:', '  scop:'),
      says: { line: 15, path: 'evidence.scop.train', found: '"scop"', write: '"scope"' },
    },
    {
      what: 'an answer that does not exist',
      files: broken(CAUSE, 'sudden: typical', 'suden: typical'),
      says: {
        line: 14,
        path: 'evidence.loss-trend.suden',
        found: '"suden"',
        write: '"sudden"; the answers of loss-trend are',
      },
    },
    {
      what: 'a remedy that does not exist',
      files: broken(CAUSE, 'use: clean-data', 'use: cleen-data'),
      says: { line: 21, path: 'remedies.1.use', found: '"cleen-data"', write: '"clean-data"' },
    },
    {
      what: 'a source that does not exist',
      files: broken(CAUSE, 'filled [team-wiki]', 'filled [team-wikki]'),
      says: { line: 5, path: 'mechanism', found: '"team-wikki"', write: '"team-wiki"' },
    },
    {
      what: 'a cause that does not exist',
      files: broken(CAUSE, 'instead: nonfinite-input', 'instead: nonfinite-inputs'),
      says: { line: 34, path: 'examples.1.instead', found: '"nonfinite-inputs"', write: '"nonfinite-input"' },
    },
    {
      what: 'a cause that told.yaml only imagines',
      files: broken('told.yaml', 'feeder-stall', 'feeder-stahl'),
      says: { line: 1, path: 'feeder-stahl', found: '"feeder-stahl"' },
    },
    {
      what: 'a file name that is no identifier',
      files: { ...TEAM, 'remedies/Restart_It.yaml': TEAM[REMEDY] as string },
      says: { line: 1, found: 'Restart_It.yaml', write: 'lower case, digits and single hyphens' },
    },
    {
      what: 'a folder nobody knows',
      files: { ...TEAM, 'symptom/queue-state.yaml': TEAM[SYMPTOM] as string },
      says: { found: 'symptom/queue-state.yaml', write: 'symptoms' },
    },
    {
      what: 'text that is not YAML',
      files: broken(CAUSE, 'summary: The', 'summary: "The'),
      says: { line: 3, found: 'Missing closing', write: 'valid YAML' },
    },
    {
      what: 'a tab where YAML wants spaces',
      files: broken(CAUSE, '  - The same sample', '\t- The same sample'),
      says: { line: 7, found: 'Tabs', write: 'valid YAML' },
    },
    {
      what: 'a colon inside unquoted text',
      files: broken(CAUSE, 'summary: The', 'summary: Note: the'),
      says: { line: 3, write: 'quote text that holds :' },
    },
    {
      what: 'aliases that multiply',
      files: {
        ...TEAM,
        'remedies/bomb.yaml': `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      },
      says: { write: 'no aliases that multiply' },
    },
    {
      what: 'a key that reaches for the prototype',
      files: broken(REMEDY, 'effort:', '__proto__: { kind: cures }\neffort:'),
      says: { line: 4, path: '__proto__', found: '__proto__' },
    },
    {
      what: 'nesting without end',
      files: { ...TEAM, 'remedies/deep.yaml': '['.repeat(20_000) },
      says: { file: 'deep.yaml' },
    },
    {
      what: 'no case that looks alike and must not win',
      files: broken(CAUSE, 'expect: not-first\n    instead: nonfinite-input\n', 'expect: top-3\n'),
      says: { line: 28, path: 'examples', write: 'an impostor' },
    },
    {
      what: 'a text that is too long',
      files: broken(REMEDY, 'Restart the feeder', 'Restart the feeder '.repeat(10)),
      says: { line: 1, path: 'name', found: '189 characters', write: 'at most 60 characters' },
    },
    {
      what: 'an alias of two answers',
      files: broken(SYMPTOM, '[full]', '[full, drained]'),
      says: { line: 9, path: 'answers.filled.aliases.1', found: '"drained"', write: 'one answer only' },
    },
    {
      what: 'a flag that another symptom has',
      files: broken(SYMPTOM, '[queue]', '[lr]'),
      says: { line: 6, path: 'flags.0', found: '"lr"', write: 'a name used once' },
    },
    {
      what: 'a remedy nobody uses',
      files: broken(CAUSE, '  - use: restart-feeder\n', ''),
      says: { file: REMEDY, found: 'a remedy that no cause uses' },
    },
    {
      what: 'a source nobody cites',
      files: {
        ...TEAM,
        'sources.yaml': `${TEAM['sources.yaml']}old-wiki: { title: Old, url: "https://wiki.example/old", kind: article }\n`,
      },
      says: { file: 'sources.yaml', line: 2, path: 'old-wiki', found: 'a source that nothing cites' },
    },
    {
      what: 'silence on a symptom on which every cause has to speak',
      files: broken(CAUSE, '  scope: { train: common, because: "Only training uses the feeder." }\n', ''),
      says: { path: 'evidence', found: 'nothing on scope' },
    },
    {
      what: 'an example that does not hold',
      files: broken(CAUSE, 'expect: first', 'expect: excluded'),
      says: { line: 28, path: 'examples.0', found: 'an empty queue, and the input is bad', write: 'excluded' },
    },
  ];

describe('a fault in a knowledge base is told with its place, what is there and what to write', () => {
  for (const { what, files, says } of FAULTS)
    it(what, () => {
      const problems = problemsOf(written(files));
      const wanted = Object.entries(says).map(([key, value]) => [
        key,
        typeof value === 'string' ? expect.stringContaining(value) : value,
      ]);
      expect(problems).toContainEqual(expect.objectContaining(Object.fromEntries(wanted)));
      for (const { file, found, write } of problems) {
        expect(file).toMatch(/\.yaml$/);
        expect(found).not.toBe('');
        expect(write).not.toBe('');
      }
    });
});

describe('a broken knowledge base stops everything that would use it', () => {
  it('every fault is told at once, and the library throws the text that the command prints', () => {
    const files = Object.fromEntries(
      Object.entries(TEAM).map(([place, text]) => [
        place,
        text.replace('base-rate: rare', 'base-rate: often').replace('kind: cures', 'kind: cure').replace('few', 'tiny'),
      ]),
    );
    const team = written(files);
    const message = messageOf(team);
    for (const file of [CAUSE, SYMPTOM, REMEDY]) expect(message).toContain(join(team, file));
    expect(message).toContain('"cures"; one of cures, guards, hides');
    for (const args of [['--loss-trend', 'growing'], ['explain', 'lr-too-high'], ['tree']]) {
      const { status, stdout, stderr } = whynan(...args, '--knowledge', team);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toBe(`whynan: ${message}\n`);
    }
    const { status, stdout, stderr } = whynan('check', team);
    expect(status).toBe(2);
    expect(message).toContain(stdout.trimEnd());
    expect(stderr).toMatch(/^\d+ problems\.\n$/);
  });

  it('a fault of form hides no other fault of the same file', () => {
    const cause = (TEAM[CAUSE] as string)
      .replace('base-rate: rare', 'base-rate: often')
      .replace('others: rare, because: "Nothing diverges', 'others: tiny, because: "Nothing diverges')
      .replace('bad-op: { none-named', 'bad-op: { none-namd')
      .replace('use: clean-data', 'use: cleen-data');
    const paths = problemsOf(written({ ...TEAM, [CAUSE]: cause })).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'base-rate',
        'evidence.loss-trend.others',
        'evidence.bad-op.none-namd',
        'remedies.1.use',
      ]),
    );
  });

  it('a unit with a fault is not also called missing where others name it', () => {
    for (const [file, text, by] of [
      [SYMPTOM, 'effort: look', 'effort: lok'],
      [REMEDY, 'kind: cures', 'kind: cure'],
      [CAUSE, 'family: data', 'family: dat'],
    ] as const)
      expect(problemsOf(written(broken(file, text, by)))).toHaveLength(1);
  });

  it('no fault ends in a trace or is called a defect of whynan', () => {
    for (const { files } of FAULTS) {
      const message = messageOf(written(files));
      expect(message).toContain('broken knowledge');
      expect(message).not.toMatch(/\bat \S+ \(|node:|Maximum call stack/);
      expect(message.split('\n').length).toBeLessThan(100);
    }
  });

  it('a prototype key changes nothing outside its file', () => {
    messageOf(written(broken(REMEDY, 'effort:', '__proto__: { polluted: cures }\neffort:')));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(loadKnowledge().remedies.polluted).toBeUndefined();
  });

  it('a file that is far too large is refused before it is parsed', () => {
    const team = written({ ...TEAM, 'remedies/huge.yaml': 'a'.repeat(3 << 20) });
    expect(messageOf(team)).toMatch(/huge\.yaml: larger than 1024 kB/);
  });

  it('an empty folder, a file and a folder that is not there are told apart', () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    writeFileSync(join(folder, 'file.yaml'), 'name: x\n');
    expect(messageOf(empty)).toContain('no knowledge here');
    expect(messageOf(join(folder, 'nowhere'))).toContain('no such file or folder');
    expect(messageOf(join(folder, 'file.yaml'))).toMatch(/is a file\. Name the folder/);
    for (const path of [empty, join(folder, 'nowhere'), join(folder, 'file.yaml')])
      expect(whynan('check', path).status).toBe(2);
  });
});

it('the built-in knowledge has no fault, its examples included', () => {
  expect(execFileSync(process.execPath, [CLI, 'check', KNOWLEDGE], { encoding: 'utf8' })).toMatch(/no problems\.\n$/);
});
