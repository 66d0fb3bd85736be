// Time and memory of reading logs, against `wc -l` of the same file, in one interleaved run.
//   node bench/reading.mjs [MiB] [rounds] [--keep]
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const numbers = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const mebibytes = numbers[0] ?? 1024;
const rounds = numbers[1] ?? 5;
const folder = join(tmpdir(), 'whynan-bench');
mkdirSync(folder, { recursive: true });

/** Numbers that repeat exactly. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

const MAKERS = {
  nanogpt: (step, bad, random) =>
    `iter ${step}: loss ${bad ? 'nan' : (3 + random()).toFixed(4)}, time ${(240 + random() * 20).toFixed(2)}ms, mfu ${(30 + random()).toFixed(2)}%\n`,
  huggingface: (step, bad, random) =>
    `{'loss': ${bad ? '0.0' : (2 + random()).toFixed(4)}, 'grad_norm': ${bad ? 'nan' : (1 + random()).toFixed(6)}, 'learning_rate': ${(5e-5 * (1 - step / 3e7)).toExponential(6).replace(/e-0?(\d)$/, 'e-0$1')}, 'epoch': ${(step / 1e5).toFixed(2)}}\n`,
  megatron: (step, bad, random) =>
    ` iteration ${String(step).padStart(8)}/ 9000000 | consumed samples: ${String(step * 512).padStart(12)} | elapsed time per iteration (ms): ${(2200 + random() * 9).toFixed(1)} | learning rate: ${(1.5e-4)
      .toExponential(6)
      .toUpperCase()
      .replace(/E-(\d)$/, 'E-0$1')} | global batch size:   512 | ${
      bad
        ? ''
        : `lm loss: ${(6 + random())
            .toExponential(6)
            .toUpperCase()
            .replace(/E\+(\d)$/, 'E+0$1')} | `
    }loss scale: 131072.0 | grad norm: ${bad ? 'nan' : (2 + random()).toFixed(3)} | number of skipped iterations:   ${bad ? 1 : 0} | number of nan iterations:   ${bad ? 1 : 0} |\n`,
};

/** A log of the given kind; `mix` alternates blocks of all three, with the lines of a real run between them. */
function makeLog(path, kind, size) {
  const random = generator(7);
  const file = openSync(path, 'w');
  const kinds = kind === 'mix' ? Object.keys(MAKERS) : [kind];
  let written = 0;
  let step = 0;
  let text = '';
  const blocks = kinds.length * 400;
  for (let block = 0; written < size; block += 1) {
    const make = MAKERS[kinds[block % kinds.length]];
    for (let line = 0; line < 2000 && written + text.length < size; line += 1) {
      step += 1;
      const bad = written > size * 0.97;
      text += make(step, bad, random);
      if (kind === 'mix' && line % 500 === 499) {
        text += `[2024-02-11 10:01:12,511] [INFO] [dataloader.py:${step % 97}:refill] worker ${step % 8} refilled shard s3://bucket/part-${step % 1013}.tar in ${(random() * 3).toFixed(3)}s\n`;
        text += `node${step % 4}:${step % 9999}:7 [${step % 8}] NCCL INFO Channel 0${step % 2} : 0[1b000] -> 1[1c000] via P2P/IPC\n`;
      }
    }
    if (text.length > 1 << 20 || written + text.length >= size) {
      writeSync(file, text);
      written += text.length;
      text = '';
    }
  }
  closeSync(file);
  return blocks;
}

const reader = join(folder, 'reader.mjs');
await build({
  stdin: {
    contents: `import { readPaths } from './src/run-files.ts';
const reading = await readPaths(process.argv.slice(2));
console.log(JSON.stringify({ first: reading.firstNonFinite, points: reading.series.reduce((sum, one) => sum + one.points, 0), lines: reading.files[0].lines, rss: process.resourceUsage().maxRSS }));`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile: reader,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  define: { 'import.meta.dirname': JSON.stringify(join(root, 'src')) },
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
});

const kinds = process.argv.includes('--all') ? ['mix', ...Object.keys(MAKERS)] : ['mix'];
for (const kind of kinds) {
  const path = join(folder, `${kind}-${mebibytes}.log`);
  if (!existsSync(path) || statSync(path).size < mebibytes * 2 ** 20 * 0.99) makeLog(path, kind, mebibytes * 2 ** 20);
  execFileSync('wc', ['-l', path]);
  const times = { wc: [], reader: [] };
  let said = '';
  for (let round = 0; round < rounds; round += 1) {
    let start = process.hrtime.bigint();
    execFileSync('wc', ['-l', path]);
    times.wc.push(Number(process.hrtime.bigint() - start) / 1e6);
    start = process.hrtime.bigint();
    const result = spawnSync(process.execPath, [reader, path], { encoding: 'utf8' });
    times.reader.push(Number(process.hrtime.bigint() - start) / 1e6);
    said = result.stdout.trim() || result.stderr;
  }
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const wc = median(times.wc);
  const own = median(times.reader);
  console.log(
    `${kind.padEnd(12)} ${mebibytes} MiB  wc -l ${wc.toFixed(0)} ms  whynan ${own.toFixed(0)} ms  ratio ${(own / wc).toFixed(1)}  ${(mebibytes / (own / 1000)).toFixed(0)} MiB/s`,
  );
  console.log(`             ${said}`);
  if (!process.argv.includes('--keep')) rmSync(path);
}
writeFileSync(join(folder, 'done'), '');
