/** The tarball as a stranger gets it: packed, installed without a network, every command run, its types compiled. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import type * as Published from '../../src/library.d.ts';

const root = join(import.meta.dirname, '..', '..');
const env = {
  ...process.env,
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};
let home = '';
let tarball = '';
let warnings = '';

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'whynan-package-'));
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  tarball = join(home, (JSON.parse(packed) as [{ filename: string }])[0].filename);
  writeFileSync(join(home, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }');
  ({ stderr: warnings } = spawnSync('npm', ['install', '--offline', '--no-package-lock', tarball], {
    cwd: home,
    encoding: 'utf8',
    env,
  }));
}, 60_000);
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const installed = (...parts: string[]) => join(home, 'node_modules', 'whynan', ...parts);
const run = (...args: string[]) =>
  spawnSync(join(home, 'node_modules', '.bin', 'whynan'), args, {
    cwd: home,
    shell: process.platform === 'win32',
    encoding: 'utf8',
    env: { ...env, CI: '1' },
  });

describe('the package', () => {
  it('is at most 600 kB', () => {
    expect(readFileSync(tarball).length).toBeLessThanOrEqual(600_000);
  });

  it('installs without a warning and runs no script', () => {
    expect(warnings).toBe('');
  });

  it('depends on nothing at run time', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as Record<
      string,
      object
    >;
    expect(dependencies).toBeUndefined();
    expect(devDependencies).toBeDefined();
    expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['whynan']);
    const tree = execFileSync('npm', ['ls', '--all', '--parseable'], { cwd: home, encoding: 'utf8', env })
      .trim()
      .split('\n');
    expect(tree.slice(1).map((path) => path.split('/').at(-1))).toEqual(['whynan']);
  });

  it('holds no tests and no sources, but the licences of what is inside', () => {
    const files = readdirSync(installed(), { recursive: true }).map(String);
    expect(readdirSync(installed()).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    expect(files.filter((file) => /\.(tsx?|ya?ml|map)$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
    const licences = readFileSync(installed('dist', 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    for (const name of ['ink', 'react', 'xstate', 'yaml', 'valibot', 'yoga-layout'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    const lines = licences.split('\n');
    const isPackage = (line: string) => /^\S+ \d+\.\S+ \(.+\)$/.test(line);
    expect(lines.filter(isPackage).length).toBeGreaterThan(20);
    expect(lines.filter((line, index) => isPackage(line) && !/^ {2}\S.*$/.test(lines[index + 1] ?? ''))).toEqual([]);
    expect(licences).toContain('Permission is hereby granted, free of charge');
    expect(licences).toContain('Permission to use, copy, modify, and/or distribute this software for any purpose');
  });

  it.each([
    [['--version'], 0],
    [['--help'], 0],
    [['--framework', 'caffe', '--lr', 'nan'], 0],
    [['--loss-trend', 'growing', '--format', 'markdown'], 1],
    [['--json', '--dtype', 'fp16'], 1],
    [['explain'], 0],
    [['explain', 'lr-too-high', 'most-common-reason'], 0],
    [['probe', 'jax'], 0],
    [['tree', '--depth', '1', '--format', 'xstate'], 0],
    [['check'], 0],
    [['completion', 'zsh'], 0],
    [['package.json'], 1],
  ] as const)('runs %j', (args, status) => {
    const result = run(...args);
    expect(result.stderr).not.toMatch(/defect|at .*\.cjs/);
    expect(result.status).toBe(status);
    expect(result.stdout.length).toBeGreaterThan(10);
  });

  it('is a library with types', () => {
    writeFileSync(
      join(home, 'use.ts'),
      `import { diagnose, loadKnowledge, type Report, UsageError } from 'whynan';
const report: Report = diagnose(loadKnowledge(), [{ symptom: 'loss-trend', answer: 'growing' }]);
const first: string | undefined = report.causes[0]?.id;
try { diagnose(loadKnowledge(), [{ symptom: 'nonsense', answer: 'growing' }]); } catch (error) { if (error instanceof UsageError) console.log(first); }
`,
    );
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    execFileSync(
      compiler,
      [
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--types',
        'node',
        '--typeRoots',
        join(root, 'node_modules', '@types'),
        'use.ts',
      ],
      { cwd: home, stdio: 'pipe' },
    );
    expect(execFileSync(process.execPath, ['use.js'], { cwd: home, encoding: 'utf8' })).toBe('lr-too-high\n');
  });

  it('publishes the types that the sources have', () => {
    type Report = ReturnType<typeof Library.diagnose>;
    const forward = (report: Report): Published.Report => report;
    const back = (report: Published.Report): Report => report;
    const given: (finding: Published.Finding) => Library.Given = (finding) => finding;
    expect([forward, back, given]).toHaveLength(3);
  });
});
