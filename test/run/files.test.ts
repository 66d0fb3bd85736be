import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { previewRun } from '../../src/run/preview.ts';
import { readPaths, runSources } from '../../src/run-files.ts';
import { signs } from './reading.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whynan-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = (bad: number, count = 40) =>
  Array.from(
    { length: count },
    (_, step) => `step ${step + 1} loss ${step + 1 >= bad ? 'nan' : (0.5 + step / 1e4).toFixed(4)}\n`,
  ).join('');
const read = (...paths: string[]) => readPaths(paths, { signs: signs() });

describe('compressed logs', () => {
  it('are read as what they hold', async () => {
    const path = join(folder, 'a.log.gz');
    writeFileSync(path, gzipSync(log(21)));
    const reading = await read(path);
    expect(reading.firstNonFinite).toMatchObject({ step: 21, source: `${path}:21` });
    expect(reading.files[0]?.notes).toContain('decompressed');
  });

  it('may be cut off or damaged', async () => {
    const whole = gzipSync(log(21, 4000));
    const cut = join(folder, 'cut.gz');
    writeFileSync(cut, whole.subarray(0, whole.length - 200));
    expect((await read(cut)).firstNonFinite).toMatchObject({ step: 21 });
    const damaged = join(folder, 'damaged.gz');
    const bytes = Uint8Array.from(whole);
    bytes.fill(255, 100, 140);
    writeFileSync(damaged, bytes);
    expect((await read(damaged)).notes.join()).toContain('damaged');
  });

  it('may be a bomb', async () => {
    const path = join(folder, 'bomb.gz');
    writeFileSync(path, gzipSync(new Uint8Array(256 << 20), { level: 9 }));
    const start = performance.now();
    const reading = await read(path);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(reading.notes.join()).toMatch(/times its size|binary/);
  });
});

describe('folders', () => {
  it('are one run, loops and weights left out', async () => {
    const run = join(folder, 'run');
    mkdirSync(join(run, 'deep', 'deeper'), { recursive: true });
    writeFileSync(join(run, 'train.log'), log(21));
    writeFileSync(join(run, 'deep', 'args.yaml'), 'lr: 0.1\noptimizer: sgd\n');
    writeFileSync(join(run, 'model.pt'), 'loss: nan\n');
    symlinkSync(run, join(run, 'deep', 'loop'));
    const reading = await read(run);
    expect(reading.files.map((file) => file.path.slice(run.length + 1))).toEqual(['deep/args.yaml', 'train.log']);
    expect(reading.firstNonFinite).toMatchObject({ step: 21 });
    expect(reading.notes.join()).toContain('seen before');
  });

  it('with a named pipe in them do not wait', async () => {
    const run = join(folder, 'pipes');
    mkdirSync(run);
    execFileSync('mkfifo', [join(run, 'pipe')]);
    writeFileSync(join(run, 'a.log'), log(5));
    const reading = await read(run);
    expect(reading.files).toHaveLength(1);
    expect(reading.notes.join()).toContain('not a regular file');
  });
});

describe('pipes', () => {
  it('are read to their end', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `sleep 0.2; cat > "${path}"`], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.end(log(21));
    expect((await read(path)).firstNonFinite).toMatchObject({ step: 21 });
  });

  it('without a writer are given up', async () => {
    const path = join(folder, 'silent');
    execFileSync('mkfifo', [path]);
    const reading = await read(path);
    expect(reading.files[0]?.format).toBe('empty');
  });
});

describe('paths that cannot be read', () => {
  it('are all named at once', () => {
    expect(() => runSources([join(folder, 'none'), join(folder, 'nothing')])).toThrow(
      /none: no such file or folder[\s\S]*nothing: no such file or folder/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('for lack of permission', async () => {
    const path = join(folder, 'secret.log');
    writeFileSync(path, log(1));
    chmodSync(path, 0);
    expect((await read(path)).notes.join()).toContain('could not be read');
  });
});

describe('the preview of a large log', () => {
  it('finds the same first NaN as the full pass', async () => {
    const path = join(folder, 'large.log');
    const bad = 1_200_000;
    let text = '';
    for (let step = 1; step <= 1_500_000; step += 1)
      text += `iter ${step}: loss ${step >= bad ? 'nan' : '3.1234'}, time 251.13ms, mfu 30.12%\n`;
    writeFileSync(path, text);
    const source = runSources([path]).sources[0];
    if (source === undefined) throw new Error('no source');
    const start = performance.now();
    const preview = await previewRun(source, signs());
    expect(performance.now() - start).toBeLessThan(1000);
    await source.close?.();
    expect(preview?.firstNonFinite).toMatchObject({ step: bad, series: 'loss', value: 'nan' });
    expect((await read(path)).firstNonFinite).toMatchObject({ step: bad, series: 'loss', source: `${path}:${bad}` });
  });
});
