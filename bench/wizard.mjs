// `npm run bench:wizard`: the first frame on a pseudo-terminal against a script that prints one line, interleaved; the
// time from a key to its frame and the bytes of a cursor move, in process, on the whole knowledge base.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { build } from 'esbuild';
import { wizardBundle } from '../scripts/wizard-bundle.mjs';

const root = join(import.meta.dirname, '..');
const cli = process.env.WHYNAN_CLI ?? join(root, 'dist/cli.cjs');
const rounds = Number(process.argv[2] ?? 25);
const LIMITS = { firstFrame: 3.0, keyToFrame: 16, bytesPerMove: 200 };

const folder = mkdtempSync(join(tmpdir(), 'whynan-bench-'));
const line = join(folder, 'line.cjs');
writeFileSync(line, "console.log('a line')");
const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env;
const env = { ...rest, LANG: 'C.UTF-8', TERM: 'xterm-256color' };

/** Milliseconds from the start of a process to the first output that matches. */
function until(args, pattern) {
  return new Promise((resolve) => {
    const begin = performance.now();
    let raw = '';
    let took = null;
    const terminal = spawn(process.execPath, args, { cols: 80, rows: 24, env });
    terminal.onData((data) => {
      raw += data;
      if (took === null && pattern.test(raw)) {
        took = performance.now() - begin;
        terminal.kill('SIGKILL');
      }
    });
    terminal.onExit(() => resolve(took ?? Number.NaN));
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const frames = [];
const lines = [];
for (let round = 0; round < rounds + 2; round++) {
  const one = await until([line], /a line/);
  const frame = await until([cli], /quit/);
  if (round < 2) continue;
  lines.push(one);
  frames.push(frame);
}
const ratio = median(frames) / median(lines);
console.log(
  `first frame   ${median(frames).toFixed(0)} ms, a line ${median(lines).toFixed(0)} ms: x${ratio.toFixed(2)} (limit x${LIMITS.firstFrame.toFixed(1)})`,
);

const keys = join(folder, 'keys.mjs');
await build({
  ...wizardBundle,
  entryPoints: [join(root, 'bench/keys.ts')],
  outfile: keys,
  logLevel: 'warning',
  define: { ...wizardBundle.define, 'import.meta.dirname': JSON.stringify(join(root, 'src')) },
});
const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, keys], {
  encoding: 'utf8',
  env: { ...env, FORCE_COLOR: '1' },
});
rmSync(folder, { recursive: true });
const { p50, p95, bytes } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
console.log(`key to frame  p50 ${p50} ms, p95 ${p95} ms (limit ${LIMITS.keyToFrame} ms)`);
console.log(`cursor move   p50 ${bytes.p50} bytes, most ${bytes.most} bytes (limit ${LIMITS.bytesPerMove})`);
const holds = ratio <= LIMITS.firstFrame && p95 <= LIMITS.keyToFrame && bytes.most <= LIMITS.bytesPerMove;
process.exitCode = status === 0 && holds ? 0 : 1;
