import { describe, expect, it } from 'vitest';
import { LINE_FORMATS } from '../../src/run/formats.ts';
import type { LogRecord } from '../../src/run/record.ts';

/** The first format that reads the line, as the reader tries them. */
function readLine(line: string): { id: string; record: LogRecord } | null {
  for (const format of LINE_FORMATS) {
    if (!format.find.some((literal) => line.includes(literal))) continue;
    const record = format.read(line);
    if (record) return { id: format.id, record };
  }
  return null;
}

describe.each(LINE_FORMATS)('$id', (format) => {
  it.each(format.samples)('reads $line', (sample) => {
    const read = readLine(sample.line);
    if (sample.ignored) {
      expect(read?.record.names ?? []).toEqual([]);
      return;
    }
    expect(read?.id).toBe(format.id);
    const record = read?.record as LogRecord;
    for (const key of ['step', 'epoch', 'at', 'of', 'rank'] as const)
      if (sample[key] !== undefined) expect(record[key], key).toBe(sample[key]);
    for (const [name, value] of Object.entries(sample.values ?? {})) {
      expect(record.names).toContain(name);
      expect(record.values[record.names.indexOf(name)], name).toBe(value);
    }
  });
});
