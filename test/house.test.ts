/** The rules of the house, held as data: who may import what, what stands where, and that nothing generated is stale. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.tsx?$/.test(name))
    .sort();
const sources = [...filesIn('src'), ...filesIn('flows')];

/** What every part of the program may import, the pipeline from the bottom up; a folder stands for its files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/library.d.ts': [],
  'src/untrusted.ts': [],
  'src/schema.ts': ['valibot'],
  'src/knowledge.ts': ['src/schema.ts'],
  'src/evidence.ts': ['src/knowledge.ts', 'src/schema.ts', 'src/untrusted.ts', 'fastest-levenshtein'],
  'src/belief.ts': ['src/evidence.ts', 'src/knowledge.ts', 'src/schema.ts'],
  'src/question.ts': ['src/belief.ts', 'src/evidence.ts', 'src/knowledge.ts', 'src/schema.ts'],
  'src/diagnosis.ts': ['src/belief.ts', 'src/evidence.ts', 'src/knowledge.ts', 'src/question.ts', 'src/schema.ts'],
  'src/calibration.ts': ['src/belief.ts', 'src/evidence.ts', 'src/knowledge.ts', 'src/schema.ts'],
  'src/session.ts': ['src/evidence.ts', 'src/knowledge.ts', 'src/untrusted.ts'],
  'src/tree.ts': [
    'src/belief.ts',
    'src/diagnosis.ts',
    'src/evidence.ts',
    'src/knowledge.ts',
    'src/question.ts',
    'src/schema.ts',
  ],
  'src/lint.ts': [
    'src/belief.ts',
    'src/evidence.ts',
    'src/knowledge.ts',
    'src/run/signs.ts',
    'src/schema.ts',
    'src/untrusted.ts',
    'valibot',
    'yaml',
  ],
  'src/run/': ['src/run/', 'src/evidence.ts', 'src/untrusted.ts'],
  'src/report/': [
    'src/report/',
    'src/diagnosis.ts',
    'src/evidence.ts',
    'src/knowledge.ts',
    'src/schema.ts',
    'src/untrusted.ts',
    'get-east-asian-width',
    'node:util',
  ],
  'flows/': ['flows/', 'src/belief.ts', 'src/evidence.ts', 'src/knowledge.ts', 'src/question.ts', 'xstate'],
  'src/wizard/': [
    'src/wizard/',
    'flows/',
    'src/belief.ts',
    'src/diagnosis.ts',
    'src/evidence.ts',
    'src/knowledge.ts',
    'src/question.ts',
    'src/report/',
    'src/schema.ts',
    'src/session.ts',
    'src/terminal.ts',
    'src/untrusted.ts',
    'ink',
    'node:util',
    'react',
    'xstate',
  ],
  'src/files.ts': ['src/evidence.ts', 'src/knowledge.ts', 'node:fs', 'node:path'],
  'src/terminal.ts': ['node:fs', 'node:tty'],
  'src/run-files.ts': [
    'src/evidence.ts',
    'src/files.ts',
    'src/lint.ts',
    'src/report/',
    'src/run/',
    'src/terminal.ts',
    'src/untrusted.ts',
    'node:fs',
    'node:path',
    'node:stream',
    'node:zlib',
  ],
  'src/index.ts': ['src/diagnosis.ts', 'src/evidence.ts', 'src/files.ts', 'src/knowledge.ts', 'src/lint.ts'],
  'src/command.ts': [
    'src/diagnosis.ts',
    'src/evidence.ts',
    'src/files.ts',
    'src/knowledge.ts',
    'src/lint.ts',
    'src/report/',
    'src/run-files.ts',
    'src/session.ts',
    'src/terminal.ts',
    'src/tree.ts',
    'src/untrusted.ts',
    'src/wizard/run.tsx',
    'node:util',
  ],
  'src/cli.ts': ['src/command.ts', 'src/terminal.ts'],
};

/** What a file may do that no other may, and why. */
const EXEMPT: readonly { readonly rule: keyof typeof FORBIDDEN; readonly file: string; readonly because: string }[] = [
  { rule: 'process', file: 'src/cli.ts', because: 'the one door out: arguments and the exit status' },
  { rule: 'process', file: 'src/terminal.ts', because: 'it is the process as the rest sees it' },
  { rule: 'process', file: 'src/files.ts', because: 'names a temporary file after the process' },
  { rule: 'clock', file: 'src/run-files.ts', because: 'a pipe that stays silent is given up on' },
  { rule: 'default export', file: 'src/wizard/width.ts', because: 'stands in for a package that has one' },
];
const FORBIDDEN = {
  process: /\bprocess\./,
  clock: /\bDate\.now\b|\bnew Date\b|\bperformance\./,
  random: /\bMath\.random\b|\brandomUUID\b/,
  console: /\bconsole\./,
  'default export': /^export default\b|\bas default\b/m,
} as const;

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether the imported module is loaded together with the importing one: neither types alone nor on demand. */
  readonly isLoaded: boolean;
}

/** Static, dynamic and type imports alike. */
function importsOf(file: string): Import[] {
  const text = withoutComments(read(file));
  const found: [path: string, isLoaded: boolean][] = [
    ...Array.from(
      text.matchAll(/^(import|export)\b([^;'"]*?)\bfrom\s*'([^']+)'/gm),
      ([, , names = '', path = '']): [string, boolean] => [path, !isTypesOnly(names)],
    ),
    ...Array.from(text.matchAll(/^import\s*'([^']+)'/gm), ([, path = '']): [string, boolean] => [path, true]),
    ...Array.from(
      text.matchAll(/\b(?:import|getBuiltinModule)\(\s*'([^']+)'\s*\)/g),
      ([, path = '']): [string, boolean] => [path, false],
    ),
  ];
  return found.map(([path, isLoaded]) => ({
    from: file,
    to: path.startsWith('.') ? relative(root, join(root, dirname(file), path)).replaceAll('\\', '/') : path,
    isLoaded,
  }));
}

/** `type { A, B }`, or names each of which is marked as a type. */
function isTypesOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const [, inner] = /^\s*\{([^}]*)\}\s*$/.exec(names) ?? [];
  const each = inner?.split(',').filter((name) => name.trim() !== '') ?? [];
  return each.length > 0 && each.every((name) => /^\s*type\b/.test(name));
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
const imports = sources.flatMap(importsOf);
const covers = (entry: string, file: string) => (entry.endsWith('/') ? file.startsWith(entry) : file === entry);

describe('the parts of the program', () => {
  it('are all in the table of who may import what', () => {
    const missing = sources.filter((file) => !Object.keys(MAY_IMPORT).some((part) => covers(part, file)));
    expect(missing).toEqual([]);
  });

  it('import only what the table allows', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [, allowed = []] = Object.entries(MAY_IMPORT).find(([part]) => covers(part, from)) ?? [];
      return !allowed.some((entry) => covers(entry, to));
    });
    expect(wrong).toEqual([]);
  });

  it('need everything that the table allows them', () => {
    const idle = Object.entries(MAY_IMPORT).flatMap(([part, allowed]) =>
      allowed
        .filter((entry) => !imports.some(({ from, to }) => covers(part, from) && covers(entry, to)))
        .map((entry) => `${part} does not import ${entry}`),
    );
    expect(idle).toEqual([]);
  });

  it('do not import each other in a circle', () => {
    const next = new Map(sources.map((file) => [file, imports.filter(({ from }) => from === file)]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      else if (!done.has(file)) {
        for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
        done.add(file);
      }
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('are all reached from the command line, the library, the chart or a script', () => {
    const outside = [...filesIn('scripts'), ...filesIn('bench'), ...filesIn('test')].flatMap(importsOf);
    const entries = ['src/cli.ts', 'src/index.ts'];
    const lost = sources.filter(
      (file) => !entries.includes(file) && ![...imports, ...outside].some(({ to }) => to === file),
    );
    expect(lost.filter((file) => !builtByName(file))).toEqual([]);
  });

  it('cost a start only what every diagnosis needs: the rest is loaded on demand', () => {
    const loaded = new Set<string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { from, to, isLoaded } of imports) if (from === file && isLoaded) load(to);
    };
    load('src/cli.ts');
    expect([...loaded].sort()).toEqual([
      'fastest-levenshtein',
      'node:fs',
      'node:path',
      'node:util',
      'src/belief.ts',
      'src/cli.ts',
      'src/command.ts',
      'src/diagnosis.ts',
      'src/evidence.ts',
      'src/files.ts',
      'src/knowledge.ts',
      'src/question.ts',
      'src/terminal.ts',
      'src/untrusted.ts',
    ]);
  });

  it('leave the command line alone', () => {
    expect(imports.filter(({ to }) => to === 'src/cli.ts')).toEqual([]);
  });
});

/** A file that a script of the build names. */
const builtByName = (file: string) =>
  readdirSync(join(root, 'scripts')).some((name) => read(`scripts/${name}`).includes(basename(file)));

describe('what only the edge may do', () => {
  const code = new Map(sources.map((file) => [file, withoutComments(read(file))]));
  const breaks = (rule: keyof typeof FORBIDDEN, file: string) => FORBIDDEN[rule].test(code.get(file) ?? '');

  it.each(Object.keys(FORBIDDEN) as (keyof typeof FORBIDDEN)[])('is done by no other file: %s', (rule) => {
    const free = EXEMPT.filter((one) => one.rule === rule).map(({ file }) => file);
    expect(sources.filter((file) => breaks(rule, file) && !free.includes(file))).toEqual([]);
  });

  it('is still done by every file that is exempt', () => {
    expect(EXEMPT.filter(({ rule, file }) => !breaks(rule, file))).toEqual([]);
  });
});

describe('names', () => {
  it('say what a file holds: no drawers for odds and ends, no index but that of the library', () => {
    const drawers =
      /^(?:utils?|helpers?|common|misc|shared|types|constants|index)\.tsx?$|\/(?:utils?|helpers?|common)\//;
    const all = [...sources, ...filesIn('test'), ...filesIn('bench'), ...filesIn('scripts')];
    expect(all.filter((file) => drawers.test(basename(file)) || drawers.test(file))).toEqual(['src/index.ts']);
  });

  it('are the identifiers: a unit of knowledge is called as its file is', () => {
    const units = ['causes', 'symptoms', 'remedies', 'checks', 'guides', 'signs'].flatMap((folder) =>
      readdirSync(join(root, 'knowledge', folder)),
    );
    expect(units.filter((name) => !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.yaml$/.test(name))).toEqual([]);
  });
});

describe('what is generated', () => {
  const generators = readdirSync(join(root, 'scripts')).filter(
    (name) => name.endsWith('.ts') && read(`scripts/${name}`).includes("'--check'"),
  );

  it('comes from scripts that can check it', () => {
    expect(generators).toEqual(expect.arrayContaining(['calibrate.ts', 'chart.ts']));
  });

  it.each(generators)('is what scripts/%s writes today', { timeout: 120_000 }, (name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', `scripts/${name}`, '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
});

describe('tracked files', () => {
  const tracked = () =>
    execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((file) => file !== '' && existsSync(join(root, file)));

  it.skipIf(!existsSync(join(root, '.git')))('name no place of the machine they were made on', () => {
    // Put together here, so that this file does not hold what it looks for.
    const places = ['/work', 'shared'].map((place) => `${place}/`);
    const named = tracked().filter((file) => {
      const text = readFileSync(join(root, file), 'latin1');
      return places.some((place) => text.includes(place));
    });
    expect(named).toEqual([]);
  });
});
