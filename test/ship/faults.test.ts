/** Writes that fail: nothing half-written, nothing lost, and a sentence that says why. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const home = mkdtempSync(join(tmpdir(), 'whynan-faults-'));
beforeAll(() => {
  chmodSync(home, 0o755);
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

let made = 0;
/** A folder of its own for a test. */
function folder(): string {
  const path = join(home, `folder-${made++}`);
  mkdirSync(path);
  return path;
}

/** A script that runs in the process before the program. */
function hook(text: string): string {
  const file = join(home, `hook-${made++}.cjs`);
  writeFileSync(file, text);
  return file;
}

interface Circumstances {
  readonly hook?: string;
  readonly user?: number;
}
const run = (args: readonly string[], { hook: file, user }: Circumstances = {}) =>
  spawnSync(process.execPath, [...(file ? ['--require', file] : []), cli, '--loss-trend', 'growing', ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { ...process.env, CI: '1' },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });

/** Makes a call of the file system fail for the file being written, not for standard output. */
const failing = (call: string, code: string, before = '') =>
  hook(`const fs = require('node:fs');
const real = fs.${call};
fs.${call} = (target, ...rest) => {
  if (typeof target === 'number' ? target <= 2 : !String(target).endsWith('.part')) return real(target, ...rest);
  ${before}
  throw Object.assign(new Error('${code}: made up'), { code: '${code}' });
};`);

/** The three ways to write: a new file, one that is replaced, the answers so far. */
const WRITES = {
  'a new file': (path: string) => ['--output', join(path, 'new.md')],
  'a file that is replaced': (path: string) => ['--output', join(path, 'old.md'), '--force'],
  'saved answers': (path: string) => ['--save', join(path, 'answers.json')],
};

/** Runs a write that must fail in a folder with an old file, and expects everything to be as it was. */
function expectUnharmed(write: (path: string) => string[], words: RegExp, circumstances: Circumstances, path: string) {
  const { status, stderr } = run(write(path), circumstances);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/defect|\bat \S+:\d+/);
  expect(status).toBe(2);
  expect(readdirSync(path)).toEqual(['old.md']);
  expect(readFileSync(join(path, 'old.md'), 'utf8')).toBe('old');
}

function withOldFile(path: string): string {
  writeFileSync(join(path, 'old.md'), 'old');
  return path;
}

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

describe.each(Object.entries(WRITES))('a failed write of %s leaves everything as it was', (_, write) => {
  it.each([
    ['a full disk, seen at the first byte', () => failing('writeSync', 'ENOSPC'), /no space left/],
    [
      'a full disk, seen after half of it',
      () =>
        failing(
          'writeSync',
          'ENOSPC',
          'if (!real.half) { real.half = true; return real(target, rest[0], 0, rest[0].length >> 1); }',
        ),
      /no space left/,
    ],
    ['a full disk, seen when it is flushed', () => failing('fsyncSync', 'ENOSPC'), /no space left/],
    ['a broken disk', () => failing('fsyncSync', 'EIO'), /not written, EIO/],
    ['a read-only file system', () => failing('openSync', 'EROFS'), /read-only/],
    ['no permission', () => failing('openSync', 'EACCES'), /permission denied/],
    ['too many open files', () => failing('openSync', 'EMFILE'), /too many open files/],
  ])('on %s', (__, cause, words) => {
    expectUnharmed(write, words, { hook: cause() }, withOldFile(folder()));
  });

  it('where it cannot be moved into place', () => {
    const cause = hook(`const fs = require('node:fs');
for (const call of ['renameSync', 'linkSync']) fs[call] = () => { throw Object.assign(new Error('x'), { code: 'EPERM' }); };`);
    expectUnharmed(write, /not permitted/, { hook: cause }, withOldFile(folder()));
  });

  // Permissions bind nobody who is root, so the program runs as another user.
  it.skipIf(process.platform === 'win32')('in a folder that may not be written to', () => {
    const path = withOldFile(folder());
    chmodSync(path, 0o555);
    expectUnharmed(write, /permission denied/, isRoot ? { user: NOBODY } : {}, path);
    chmodSync(path, 0o755);
  });
});

it('a real full disk leaves the old file', ({ skip }) => {
  const path = folder();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', path]);
  if (mount.status !== 0) skip('a small disk can be made by root only');
  try {
    withOldFile(path);
    for (const write of Object.values(WRITES).slice(0, 2)) expectUnharmed(write, /no space left/, {}, path);
  } finally {
    execFileSync('umount', [path]);
  }
});

describe('killed while it writes', () => {
  const waiting = () =>
    hook(`const fs = require('node:fs');
const real = fs.writeSync;
fs.writeSync = (target, bytes, from, ...rest) => {
  if (target <= 2) return real(target, bytes, from, ...rest);
  real(target, bytes, 0, bytes.length >> 1);
  real(1, 'half');
  for (;;);
};`);
  it.each(Object.entries(WRITES))(
    '%s: the file is the old one or none, and the next run writes it',
    async (_, write) => {
      const path = withOldFile(folder());
      const args = ['--require', waiting(), cli, '--loss-trend', 'growing', ...write(path)];
      const child = spawn(process.execPath, args, { cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
      let shown = '';
      await new Promise<void>((resolve) =>
        child.stdout.on('data', (data) => {
          shown += data;
          if (shown.endsWith('half')) resolve();
        }),
      );
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('close', resolve));
      expect(readdirSync(path).filter((name) => !name.endsWith('.part'))).toEqual(['old.md']);
      expect(readFileSync(join(path, 'old.md'), 'utf8')).toBe('old');
      expect(run(write(path)).stderr).toBe('');
      const [file = ''] = write(path).filter((word) => word.startsWith(path));
      expect(readFileSync(file, 'utf8').length).toBeGreaterThan(50);
    },
  );
});

it('what is written bit by bit is whole in the end', () => {
  const path = folder();
  const slow = hook(`const fs = require('node:fs');
const real = fs.writeSync;
fs.writeSync = (target, bytes, from = 0) => real(target, bytes, from, Math.min(100, bytes.length - from));`);
  run(['--output', join(path, 'whole.md')]);
  expect(run(['--output', join(path, 'pieces.md')], { hook: slow }).stderr).toBe('');
  expect(readFileSync(join(path, 'pieces.md'), 'utf8')).toBe(readFileSync(join(path, 'whole.md'), 'utf8'));
});

it('a closed pipe is a normal end', async () => {
  const child = spawn(process.execPath, [cli, 'explain', 'lr-too-high'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  expect(errors).toBe('');
});

describe('what somebody else made', () => {
  it('is not replaced by saved answers; those go over saved answers only', () => {
    const path = folder();
    const log = join(path, 'train.log');
    writeFileSync(log, 'loss 1\n');
    const refused = run(['--save', log]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('holds no saved answers');
    expect(readFileSync(log, 'utf8')).toBe('loss 1\n');
    const saved = join(path, 'saved.json');
    run(['--save', saved]);
    run(['--onset', 'late', '--save', saved]);
    expect(readFileSync(saved, 'utf8')).toContain('late');
  });

  it.skipIf(process.platform === 'win32')('stays what it is: a link is written through, a pipe refused', () => {
    const path = withOldFile(folder());
    symlinkSync('old.md', join(path, 'link.md'));
    expect(run(['--output', join(path, 'link.md'), '--force']).stderr).toBe('');
    expect(lstatSync(join(path, 'link.md')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(path, 'old.md'), 'utf8')).toMatch(/^# /);
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const { status, stderr } = run(['--output', join(path, 'pipe'), '--force']);
    expect(stderr).toContain('is no regular file');
    expect(status).toBe(2);
    expect(lstatSync(join(path, 'pipe')).isFIFO()).toBe(true);
  });
});

it.skipIf(!existsSync('/dev/full'))('standard output on a full disk is no defect of ours', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `'${process.execPath}' '${cli}' --loss-trend growing > /dev/full`],
    { encoding: 'utf8' },
  );
  expect(stderr).toContain('standard output: not written, no space left');
  expect(status).toBe(2);
});

describe('a write on an unusual file system', () => {
  it('goes on without hard links, and still never replaces a file', () => {
    const path = folder();
    const noLinks = hook(
      `require('node:fs').linkSync = () => { throw Object.assign(new Error('none here'), { code: 'ENOTSUP' }); };`,
    );
    const file = join(path, 'new.md');
    expect(run(['--output', file], { hook: noLinks }).status).toBe(1);
    expect(readFileSync(file, 'utf8')).toMatch(/^# /);
    expect(run(['--output', file], { hook: noLinks }).stderr).toContain('exists already');
    expect(readdirSync(path)).toEqual(['new.md']);
  });

  it('steps over what a killed process of the same number left behind, and leaves it there', () => {
    const path = folder();
    const left = hook(`require('node:fs').writeFileSync(\`.new.md.\${process.pid}-0.part\`, 'of another')`);
    const { status } = spawnSync(
      process.execPath,
      ['--require', left, cli, '--loss-trend', 'growing', '-o', 'new.md'],
      {
        cwd: path,
        env: { ...process.env, CI: '1' },
      },
    );
    expect(status).toBe(1);
    const files = readdirSync(path);
    expect(files).toHaveLength(2);
    expect(readFileSync(join(path, files.find((name) => name.endsWith('.part')) ?? ''), 'utf8')).toBe('of another');
  });

  it('keeps the permissions of a file that it replaces', () => {
    const file = join(folder(), 'private.md');
    writeFileSync(file, 'old', { mode: 0o600 });
    expect(run(['--output', file, '--force']).status).toBe(1);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
  });

  it('refuses a link to nothing', () => {
    const file = join(folder(), 'link.md');
    symlinkSync('nowhere', file);
    for (const more of [[], ['--force']])
      expect(run(['--output', file, ...more]).stderr).toContain('a link to nothing');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });
});
