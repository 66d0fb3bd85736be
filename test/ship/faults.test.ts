/** Writes that fail: nothing half-written, nothing lost, a sentence that says why, and the network never touched. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const home = mkdtempSync(join(tmpdir(), 'whynan-faults-'));
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});
const preload = (name: string, text: string) => {
  const file = join(home, name);
  writeFileSync(file, text);
  return file;
};
const run = (args: readonly string[], hook?: string, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [...(hook ? ['--require', hook] : []), cli, ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', ...env },
  });
const failing = (call: string, code: string) =>
  preload(
    `${call}-${code}.cjs`,
    `const fs = require('node:fs'); const real = fs.${call}; fs.${call} = function (target, ...rest) {
  const isOurs = typeof target === 'number' ? target > 2 : String(target).includes('.part');
  if (isOurs) throw Object.assign(new Error('${code}'), { code: '${code}' });
  return real.call(fs, target, ...rest); };`,
  );

describe('a write that fails', () => {
  it.each([
    ['writeSync', 'ENOSPC', 'no space left'],
    ['openSync', 'EACCES', 'permission denied'],
    ['openSync', 'EROFS', 'read-only'],
    ['fsyncSync', 'EIO', 'EIO'],
  ])('in %s with %s leaves the old file whole and no rest behind', (call, code, words) => {
    const folder = join(home, `${call}-${code}`);
    mkdirSync(folder);
    const file = join(folder, 'report.md');
    writeFileSync(file, 'old');
    for (const args of [
      ['-o', file, '--force'],
      ['--save', join(folder, 'new.json')],
    ]) {
      const { status, stderr } = run(['--loss-trend', 'growing', ...args], failing(call, code));
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('defect');
      expect(status).toBe(2);
    }
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['report.md']);
  });

  it('to a closed pipe is a normal end', async () => {
    const child = spawn(process.execPath, [cli, 'explain', 'lr-too-high'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(errors).toBe('');
  });

  it('never replaces what it did not write: saved answers go over saved answers only', () => {
    const log = join(home, 'train.log');
    writeFileSync(log, 'loss 1\n');
    const refused = run(['--loss-trend', 'growing', '--save', log]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('holds no saved answers');
    expect(readFileSync(log, 'utf8')).toBe('loss 1\n');
    const saved = join(home, 'saved.json');
    run(['--loss-trend', 'growing', '--save', saved]);
    run(['--loss-trend', 'sudden', '--save', saved]);
    expect(readFileSync(saved, 'utf8')).toContain('sudden');
  });

  it('killed in the middle leaves the old file', async () => {
    const file = join(home, 'kept.md');
    writeFileSync(file, 'old');
    const slow = preload(
      'slow.cjs',
      `const fs = require('node:fs'); const real = fs.fsyncSync; fs.fsyncSync = (d) => { real(d); fs.writeSync(1, 'here'); for (;;) ; };`,
    );
    const child = spawn(process.execPath, ['--require', slow, cli, '--loss-trend', 'growing', '-o', file, '--force'], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(existsSync(file)).toBe(true);
  });
});

describe('offline', () => {
  const net = preload(
    'offline.cjs',
    `for (const [name, calls] of Object.entries({ net: ['connect', 'createConnection'], tls: ['connect'], http: ['request', 'get'], https: ['request', 'get'], dns: ['lookup', 'resolve'], dgram: ['createSocket'] }))
  for (const call of calls) require('node:' + name)[call] = () => { process.stderr.write('NETWORK ' + name); process.exit(99); };
globalThis.fetch = () => { process.stderr.write('NETWORK fetch'); process.exit(99); };`,
  );
  it.each([
    [['--loss-trend', 'growing']],
    [['explain', 'lr-too-high']],
    [['check']],
    [['tree', '--depth', '1']],
    [['probe', 'pytorch']],
    [['completion', 'bash']],
    [['offline.cjs']],
  ])('is all that %j needs', (args) => {
    const { status, stderr } = run(args, net);
    expect(stderr).not.toContain('NETWORK');
    expect([0, 1]).toContain(status);
  });
});

describe('the output', () => {
  it('is the same bytes in every locale, time zone and run', () => {
    const args = ['--loss-trend', 'growing', '--lr', '0.1', '--optimizer', 'sgd', '--top', 'all'];
    const outputs = [
      {},
      { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' },
      { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8', LC_ALL: 'C' },
    ].flatMap((env) =>
      ['--json', '--format=markdown', '--format=text'].map((format) => run([...args, format], undefined, env).stdout),
    );
    expect(outputs.slice(3, 6)).toEqual(outputs.slice(0, 3));
    expect(outputs.slice(6, 9)).toEqual(outputs.slice(0, 3));
    expect(outputs[0]?.length).toBeGreaterThan(1000);
  });
});
