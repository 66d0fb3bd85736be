import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generated, leftovers } from '../../scripts/docs.ts';
import { commandsOf, Reader } from '../../scripts/shown.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('what is generated', () => {
  let files: Map<string, string>;
  beforeAll(async () => {
    files = await generated(root);
  }, 60_000);

  it('is as `npm run docs` would write it, outputs of commands and figures included', () => {
    const stale = [...files].filter(([path, text]) => !existsSync(join(root, path)) || read(path) !== text);
    expect(
      stale.map(([path, text]) => `${path}: ${firstDifference(existsSync(join(root, path)) ? read(path) : '', text)}`),
      'run `npm run docs`',
    ).toEqual([]);
  });

  it('is all there is in docs', () => {
    expect(leftovers(root, files)).toEqual([]);
  });

  it('links only to places that exist', () => {
    const pages = [...files].filter(([path]) => path.endsWith('.md'));
    const broken = pages.flatMap(([path, text]) =>
      Array.from(
        text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\((?!https?:)([^)\s]+)\)/g),
        ([, link = '']) => link,
      )
        .filter((link) => !leads(files, path, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

/** Whether a link of a page leads to a file and, where it names one, to an address in it. */
function leads(files: ReadonlyMap<string, string>, page: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? page : join(dirname(page), target);
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || (files.get(path) ?? '').includes(`<a id="${anchor}"></a>`);
}

function firstDifference(before: string, after: string): string {
  const old = before.split('\n');
  const line = after.split('\n').findIndex((text, index) => text !== old[index]);
  return `line ${line + 1} should be ${JSON.stringify(after.split('\n')[line])}`;
}

/** The commands that are this test run itself, or install for it; continuous integration runs them on a fresh clone. */
const ELSEWHERE = ['npm ci && npm run example', 'npm ci', 'npm test', 'npm run fix', 'npm run docs'];

describe('the commands shown', () => {
  const reader = new Reader(root);
  afterAll(() => reader.close());
  const pages = ['README.md', 'CONTRIBUTING.md', 'docs/engine.md', 'docs/formats.md'];
  const commands = [...new Set(pages.flatMap((page) => commandsOf(read(page))))];

  it.each(commands.filter((command) => !ELSEWHERE.includes(command)))('%s', (command) => {
    const { output, status } = reader.run(command);
    // A check that is shown failing is meant to; every other command does its work.
    const usage = /^\S+:\d+/.test(output) ? [2] : [0, 1];
    expect([...usage, 141], output).toContain(status);
    expect(output).not.toContain('a defect of whynan');
  });

  it('name no command elsewhere that is not shown any more', () => {
    expect(ELSEWHERE.filter((command) => !commands.includes(command))).toEqual([]);
  });

  it('are npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/npm (?:run )?([a-z]+(?::[a-z]+)?)\b/g), ([, name]) => name as string),
    );
    expect(
      [...new Set(named)].filter((name) => !['ci', 'install'].includes(name) && !Object.hasOwn(scripts, name)),
    ).toEqual([]);
  });

  it('begin with one that ends in a diagnosis', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { example: string } };
    const main = scripts.example.split(' && ').at(-1) as string;
    const { status, stdout } = spawnSync('bash', ['-c', main], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Most likely: regression targets that are not scaled/);
  });
});

it('the library works as the README shows it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whynan-library-'));
  try {
    const [, code = ''] = /^```js\n([\s\S]*?)^```$/m.exec(read('README.md')) ?? [];
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/whynan'), 'junction');
    writeFileSync(join(folder, 'use.mjs'), code);
    const { stdout, stderr, status } = spawnSync(process.execPath, ['use.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^[a-z0-9-]+ --[a-z0-9-]+\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each(['house-prices', 't5-half-precision'])(
  'the example %s is the log of a real case and ends in its cause',
  (name) => {
    const address = /https:\S+\d/.exec(read(`examples/${name}/answers.yaml`))?.[0];
    const cases = parse(read('test/cases/cases.yaml')) as { source: string; log?: string; cause: string }[];
    const item = cases.find(({ source }) => source === address);
    expect(read(`examples/${name}/train.log`)).toBe(item?.log);
    const folder = mkdtempSync(join(tmpdir(), 'whynan-example-'));
    try {
      cpSync(join(root, 'examples', name), folder, { recursive: true });
      const args = [join(root, 'dist/cli.cjs'), 'train.log', '--answers', 'answers.yaml', '--json'];
      const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
      expect(status).toBe(0);
      expect((JSON.parse(stdout) as { causes: { id: string }[] }).causes[0]?.id).toBe(item?.cause);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

it('issue forms are valid and ask for the report as JSON', () => {
  const forms = ['wrong-diagnosis', 'defect'].map((name) => read(`.github/ISSUE_TEMPLATE/${name}.yml`));
  for (const form of forms) {
    const { name, description, body } = parse(form) as {
      name: string;
      description: string;
      body: { type: string; id: string }[];
    };
    expect([name, description].every((text) => text.length > 0)).toBe(true);
    expect(new Set(body.map(({ id }) => id)).size).toBe(body.length);
    expect(form).toContain('--json');
  }
});
