/** What the program does not depend on: the network, the locale, the time zone, the clock. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CLI, Screen } from '../wizard/screen.ts';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'whynan-surroundings-'));
cpSync(join(root, 'examples/house-prices'), home, { recursive: true });
cpSync(join(root, 'examples/own-causes'), join(home, 'own'), { recursive: true });
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, args, {
    cwd: home,
    encoding: 'utf8',
    input: 'iter 1: loss 2.1\niter 2: loss nan\n',
    env: { ...process.env, CI: '1', ...env },
  });

describe('without a network', () => {
  const calls = join(home, 'calls.txt');
  const guard = join(home, 'no-network.cjs');
  // Every connection of Node ends in one of these; a call is written down too, since the program might swallow the error.
  writeFileSync(
    guard,
    `const { appendFileSync } = require('node:fs');
const refuse = (name) => () => { appendFileSync(${JSON.stringify(calls)}, name + '\\n'); throw new Error('network: ' + name); };
require('node:net').Socket.prototype.connect = refuse('connect');
require('node:net').Server.prototype.listen = refuse('listen');
const dns = require('node:dns');
for (const api of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
  for (const name of Object.getOwnPropertyNames(api)) if (/^(lookup|resolve|reverse)/.test(name)) api[name] = refuse('dns.' + name);
require('node:dgram').createSocket = refuse('dgram');
for (const name of ['fetch', 'WebSocket', 'EventSource']) globalThis[name] = refuse(name);
`,
  );
  beforeEach(() => {
    rmSync(calls, { force: true });
  });

  it.each([
    ["fetch('http://127.0.0.1:9').catch(() => 0)"],
    ["require('node:https').get('https://127.0.0.1:9').on('error', () => 0)"],
    ["require('node:dns').lookup('localhost', () => 0)"],
    ["require('node:net').connect(9).on('error', () => 0)"],
  ])('the guard of these tests notices %s', (code) => {
    run(['--require', guard, '--eval', `try { ${code} } catch {}`]);
    expect(existsSync(calls)).toBe(true);
  });

  it.each([
    [['--loss-trend', 'growing'], 1],
    [['train.log', '--answers', 'answers.yaml', '--json'], 0],
    [['-', '--format', 'markdown'], 1],
    [['train.log', '--knowledge', 'own', '--save', 'saved.json'], 1],
    [['--resume', 'saved.json', '--output', 'report.md'], 1],
    [['explain'], 0],
    [['explain', 'lr-too-high', '--format', 'json'], 0],
    [['probe', 'pytorch'], 0],
    [['tree', '--depth', '1'], 0],
    [['check'], 0],
    [['check', 'own'], 0],
    [['completion', 'bash'], 0],
    [['help', 'tree'], 0],
    [['--version'], 0],
    [['--lr-trend', 'x'], 2],
  ] as const)('%j does its work', (args, status) => {
    const { stdout, stderr, status: ended } = run(['--require', guard, CLI, ...args]);
    expect(stderr).not.toContain('network');
    expect(existsSync(calls)).toBe(false);
    expect(ended).toBe(status);
    expect(stdout + stderr === '').toBe(args.includes('--output' as never));
  });

  it('the interview does its work', async () => {
    const screen = new Screen(['train.log'], { folder: home, env: { NODE_OPTIONS: `--require=${guard}` } });
    try {
      await screen.shows('question 1');
      screen.press('u');
      await screen.shows('question 2');
      screen.press('q');
      expect(await screen.status()).toBe(1);
      expect(existsSync(calls)).toBe(false);
    } finally {
      screen.close();
    }
  });
});

it('every output has the same bytes in every run, locale and time zone', () => {
  const commands = [
    ['train.log', '--optimizer', 'sgd', '--lr', '0.1', '--json', '--top', 'all'],
    ['train.log', '--optimizer', 'sgd', '--lr', '0.1'],
    ['train.log', '--optimizer', 'sgd', '--lr', '0.1', '--format', 'markdown'],
    ['explain'],
    ['tree', '--depth', '2'],
  ];
  const surroundings = [
    {},
    { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
    { TZ: 'America/St_Johns', LC_ALL: 'C', LANG: 'de_DE.ISO-8859-1' },
  ];
  for (const args of commands) {
    const [first, ...others] = surroundings.map((env) => run([CLI, ...args], env).stdout);
    expect(first?.length, args.join(' ')).toBeGreaterThan(40);
    for (const other of others) expect(other, args.join(' ')).toBe(first);
  }
});

it('a saved session holds no time and no place', () => {
  run([CLI, '--loss-trend', 'growing', '--save', 'first.json']);
  run([CLI, '--loss-trend', 'growing', '--save', 'second.json'], { TZ: 'Asia/Kathmandu' });
  const text = readFileSync(join(home, 'first.json'), 'utf8');
  expect(readFileSync(join(home, 'second.json'), 'utf8')).toBe(text);
  expect(text).not.toContain(home);
});
