import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LINE_FORMATS } from '../../src/run/formats.ts';
import { JSON_LINE } from '../../src/run/json-line.ts';
import { readRun } from '../../src/run/read.ts';
import type { RunReading } from '../../src/run/reading.ts';
import { bytesSource } from '../../src/run/source.ts';
import { randomFrom, readTexts, root, signs } from './reading.ts';
import samples from './samples.json' with { type: 'json' };

/** `WHYNAN_FUZZ=100000 npx vitest run test/run/fuzz.test.ts` for the long run. */
const INPUTS = Number(process.env.WHYNAN_FUZZ ?? 4000);

const encoder = new TextEncoder();

function artifacts(folder: string): { name: string; bytes: Uint8Array }[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return artifacts(path);
    if (name === 'INDEX.tsv') return [];
    // The heads and tails of large files: fuzzing wants many small inputs.
    const bytes = readFileSync(path);
    return bytes.length <= 6000
      ? [{ name, bytes }]
      : [
          { name, bytes: bytes.subarray(0, 3000) },
          { name, bytes: bytes.subarray(bytes.length - 3000) },
        ];
  });
}

const seeds: { name: string; bytes: Uint8Array }[] = [
  ...artifacts(join(root, 'test', 'artifacts')),
  ...Object.values(samples).map((lines) => ({ name: 'a.log', bytes: encoder.encode(lines.join('\n')) })),
  ...[...LINE_FORMATS, JSON_LINE].map((format) => ({
    name: `${format.id}.log`,
    bytes: encoder.encode(format.samples.map(({ line }) => line).join('\n')),
  })),
  ...signs().signs.map((sign) => ({ name: 'error.txt', bytes: encoder.encode(sign.samples.join('\n')) })),
  { name: 'a.csv', bytes: encoder.encode('epoch,step,loss,val_loss\n0,1,0.5,\n0,2,nan,\n0,3,inf,0.2\n') },
  { name: 'h.json', bytes: encoder.encode('{"loss": [1.0, NaN, Infinity], "val_loss": [1, 2, null]}') },
  {
    name: 'r.json',
    bytes: encoder.encode(
      '{"schema": "whynan/report@1", "evidence": [{"symptom": "onset", "answer": "late", "source": "flag"}]}',
    ),
  },
  {
    name: 'p.jsonl',
    bytes: encoder.encode(
      '{"whynan":"probe@1","step":3,"findings":[{"symptom":"bad-op","answer":"log","detail":"x"}]}\n',
    ),
  },
];

const SPLICES = [
  'nan',
  'inf',
  '-inf',
  '1e999',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '\r',
  '\n',
  '{',
  '[[[[',
  '"',
  "'",
  ',',
  '|',
  ': ',
  'loss',
  '9'.repeat(300),
  'a'.repeat(500),
  ' '.repeat(300),
  '\ufeff',
  '\u2028',
  '1.#QNAN',
  'NaN',
  '-',
  '=',
  '/',
  '\\u0000',
  '}',
  ']',
  '#',
  '(',
  'tensor(',
].map((text) => encoder.encode(text));

/** One input: a seed that was cut, spliced, flipped, repeated, or mixed with another. */
function mutate(random: () => number): { name: string; bytes: Uint8Array } {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const seed = pick(seeds);
  let bytes: Uint8Array<ArrayBuffer> = Uint8Array.from(seed.bytes.subarray(0, 200 + Math.floor(random() * 3000)));
  for (let round = 1 + Math.floor(random() * 4); round > 0; round -= 1) {
    const at = Math.floor(random() * (bytes.length + 1));
    const kind = random();
    if (kind < 0.2) bytes = bytes.slice(0, at);
    else if (kind < 0.45) bytes = joined(bytes.slice(0, at), pick(SPLICES), bytes.slice(at));
    else if (kind < 0.65) {
      for (let flips = 1 + Math.floor(random() * 8); flips > 0 && bytes.length > 0; flips -= 1) {
        const where = Math.floor(random() * bytes.length);
        bytes[where] = (bytes[where] as number) ^ (1 << Math.floor(random() * 8));
      }
    } else if (kind < 0.8) {
      const other = pick(seeds).bytes;
      bytes = joined(bytes.slice(0, at), Uint8Array.from(other.subarray(0, 800)), bytes.slice(at, at + 800));
    } else if (kind < 0.9) {
      const random8 = Uint8Array.from({ length: 64 }, () => Math.floor(random() * 256));
      bytes = joined(bytes.slice(0, at), random8, bytes.slice(at));
    } else bytes = joined(bytes, encoder.encode('\n'), bytes);
    if (bytes.length > 8000) bytes = bytes.slice(0, 8000);
  }
  return { name: seed.name, bytes };
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** What must hold whatever a file holds. */
function check(reading: RunReading): void {
  const texts = [
    ...reading.notes,
    ...reading.findings.flatMap(({ symptom, answer, source, detail }) => [symptom, answer, source, detail ?? '']),
    ...reading.hidden.flatMap(({ what, source, logger, unhide }) => [what, source, logger, unhide]),
    ...reading.issues.flatMap(({ problem, because, fix, source }) => [problem, because, fix, source]),
    ...reading.files.flatMap(({ path, format, notes }) => [path, format, ...notes]),
    ...reading.series.map(({ name }) => name),
    ...(reading.firstNonFinite === null ? [] : [reading.firstNonFinite.source, reading.firstNonFinite.series]),
  ];
  for (const text of texts) {
    if (HARMFUL.test(text)) throw new Error(`control or bidirectional characters in ${JSON.stringify(text)}`);
    if (text.length > 700) throw new Error(`too long: ${text}`);
  }
  for (const { answer } of reading.findings) if (answer.length > 60) throw new Error(`answer ${answer}`);
}

describe('any input', () => {
  it(`${INPUTS} generated inputs give a reading, the same on both paths, in bounded time`, {
    timeout: 3_600_000,
  }, async () => {
    const random = randomFrom(20260101);
    let slowest = 0;
    for (let input = 0; input < INPUTS; input += 1) {
      const { name, bytes } = mutate(random);
      const start = performance.now();
      const reading = await readRun([bytesSource(name, bytes)], signs(), { chunkBytes: 4096 });
      slowest = Math.max(slowest, performance.now() - start);
      try {
        check(reading);
        if (input % 4 === 0)
          expect(await readRun([bytesSource(name, bytes)], signs(), { exactOnly: true })).toEqual(reading);
      } catch (error) {
        throw new Error(
          `input ${input} (${name}): ${JSON.stringify(new TextDecoder('latin1').decode(bytes)).slice(0, 3000)}`,
          { cause: error },
        );
      }
    }
    expect(slowest).toBeLessThan(2000);
  });

  it('lines of one shape with numbers of every kind are read the same on both paths', async () => {
    const random = randomFrom(11);
    const numbers = [
      () => random().toFixed(4),
      () => (random() * 1e-6).toExponential(3),
      () => String(Math.floor(random() * 1e6)),
      () => 'nan',
      () => 'inf',
      () => '-0.0',
      () => `-${random().toFixed(2)}`,
      () => '1e-05',
      () => '123456789012345678901',
      () => '0.1234567890123456789',
      () => '1e400',
      () => '5.',
      () => '.5',
      () => '+3.5',
      () => '1.5e+22',
      () => '007',
      () => '1E5',
      () => '1.#QNAN',
    ];
    const number = () => (numbers[Math.floor(random() ** 3 * numbers.length)] as () => string)();
    const lines = [
      () => `iter ${Math.floor(random() * 1000)}: loss ${number()}, time ${number()}ms, mfu ${number()}%`,
      () =>
        `{'loss': ${number()}, 'grad_norm': ${number()}, 'learning_rate': ${number()}, 'epoch': ${random().toFixed(2)}}`,
      () =>
        ` iteration ${String(Math.floor(random() * 1000)).padStart(8)}/    1000 | learning rate: ${number()} | lm loss: ${number()} | loss scale: ${number()} | grad norm: ${number()} |`,
      () => `epoch ${Math.floor(random() * 9)} step ${number()} loss: ${number()}  acc:   ${number()}`,
      () => `{"step": ${Math.floor(random() * 1000)}, "loss": ${number()}, "lr": ${number()}}`,
      () =>
        `Epoch 4:  62%|${'#'.repeat(Math.floor(random() * 9))}   | ${Math.floor(random() * 130)}/130 [00:21<00:12,  3.88it/s, loss=${number()}, v_num=12]`,
      () => `12/100 [==>...] - ETA: ${Math.floor(random() * 90)}s - loss: ${number()}`,
      () => `[default${Math.floor(random() * 3)}]: iteration ${Math.floor(random() * 99)}/ 99 | lm loss: ${number()} |`,
      () => 'noise without any number',
      () => `\u001b[1mloss: ${number()}\u001b[0m`,
    ];
    for (let round = 0; round < 40; round += 1) {
      let text = '';
      for (let line = 0; line < 400; line += 1)
        text +=
          (lines[Math.floor(random() * lines.length)] as () => string)() +
          (random() < 0.1 ? '\r' : random() < 0.1 ? '\r\n' : '\n');
      const fast = await readTexts({ 'train.log': text }, { chunkBytes: 1024 + Math.floor(random() * 5000) });
      const exact = await readTexts({ 'train.log': text }, { exactOnly: true });
      expect(fast).toEqual(exact);
    }
  });
});

describe('hostile files', () => {
  const quickly = async (name: string, bytes: Uint8Array | string, most = 2500) => {
    const start = performance.now();
    const reading = await readTexts({ [name]: bytes });
    expect(performance.now() - start).toBeLessThan(most);
    check(reading);
    return reading;
  };

  it('64 MiB without a newline', async () => {
    const reading = await quickly('a.log', new Uint8Array(64 << 20).fill(97), 5000);
    expect(reading.notes.join()).toContain('longer than 64 KiB');
  });

  it('long runs that make expressions slow', async () => {
    for (const text of [
      '9'.repeat(60000),
      ' '.repeat(60000),
      'loss'.repeat(15000),
      'loss: '.repeat(10000),
      "{'loss': ".repeat(7000),
      '1.'.repeat(30000),
      'epoch '.repeat(10000),
      'a=b,'.repeat(15000),
      `loss ${'-'.repeat(60000)}`,
      `Expected parameter ${'x '.repeat(30000)}of distribution`,
    ]) {
      await quickly('a.log', `${text}\n`.repeat(5));
    }
  });

  it('JSON nested 100 000 deep', async () => {
    const reading = await quickly('a.json', `${'['.repeat(100_000)}1${']'.repeat(100_000)}`);
    expect(reading.notes.join()).toContain('deeper');
    await quickly('a.json', '{"a":'.repeat(100_000));
  });

  it('a table with 100 000 columns', async () => {
    const columns = Array.from({ length: 100_000 }, (_, index) => `loss_${index}`).join(',');
    const reading = await quickly('a.csv', `${columns}\n${'0.5,'.repeat(99_999)}nan\n`.slice(0, 2_000_000));
    expect(reading.series.length).toBeLessThanOrEqual(256);
  });

  it('UTF-16, byte-order marks and NUL bytes', async () => {
    const text = 'step 1 loss 0.5\r\nstep 2 loss nan\r\n';
    for (const bytes of [
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(text, 'utf16le'),
      Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    ]) {
      expect((await quickly('a.log', new Uint8Array(bytes))).firstNonFinite).toMatchObject({ step: 2, value: 'nan' });
    }
    expect((await quickly('a.log', `\ufeff${text}`)).firstNonFinite).toMatchObject({ step: 2 });
    expect(await quickly('a.log', text.replace('0.5', '0.5\u0000'))).toMatchObject({ firstNonFinite: { step: 2 } });
  });

  it('invalid UTF-8', async () => {
    const reading = await quickly(
      'a.log',
      joined(Uint8Array.of(0xff, 0xc0, 0x80, 10), encoder.encode('step 3 loss nan\n'), Uint8Array.of(0xed, 0xa0, 0x80)),
    );
    expect(reading.firstNonFinite).toMatchObject({ step: 3 });
  });

  it('event files with wrong checksums and lengths', async () => {
    const path = join(
      root,
      'test',
      'artifacts',
      'tfevents',
      'modded_healthy_events.out.tfevents.1736552800.hopper-h100-0.403928.0',
    );
    const good = readFileSync(path);
    const body = Uint8Array.from(good);
    body[2000] = (body[2000] as number) ^ 255;
    expect((await quickly('e', body)).notes.join()).toMatch(/checksum|framing/);
    expect((await quickly('e', good.subarray(0, good.length - 7))).notes.join()).toContain('still be writing');
    const header = Uint8Array.from(good);
    header.fill(255, 3000, 3040);
    await quickly('e', header);
  });

  it('compressed data without an adapter that can inflate it', async () => {
    const reading = await quickly('a.log.gz', new Uint8Array(gzipSync('loss: nan\n')));
    expect(reading.firstNonFinite).toBeNull();
    expect(reading.notes.length).toBeGreaterThan(0);
  });

  it('names that mean something to a program', async () => {
    const reading = await quickly(
      '__proto__.log',
      '__proto__: nan\nconstructor loss: nan\n{"__proto__": {"loss": NaN}, "step": 3}\ntoString_loss=nan\n',
    );
    expect(reading.healthy).toBe('nonfinite');
  });

  it('escapes and bidirectional marks in lines and file names', async () => {
    const reading = await quickly(
      'a\u001b[31m\u202eb.log',
      '\u001b]2;title\u0007step 1 lo\u202ess: nan \u001b[2J\nValueError: loss is nan \u202e\u001b[31m<script>\n',
    );
    expect(reading.firstNonFinite).not.toBeNull();
  });

  it('a signal that stops a long read', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(readTexts({ 'a.log': 'loss: nan\n' }, { signal: controller.signal })).rejects.toThrow('interrupted');
  });
});
