import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber } from '../../src/wizard/number.ts';

describe('a number as people write it', () => {
  it.each([
    ['3e-4', 3e-4],
    ['.001', 0.001],
    ['1E-03', 0.001],
    ['0,001', 0.001],
    ['1,5e-3', 0.0015],
    [' 5e-5 ', 5e-5],
    ['2*10^-4', 2e-4],
    ['2x10^-4', 2e-4],
    ['3×10⁻⁴', 3e-4],
    ['10^-3', 0.001],
    ['10**-3', 0.001],
    ['1/1000', 0.001],
    ['1e−4', 1e-4],
    ['1_000', 1000],
    ['+0.1', 0.1],
    ['-1', -1],
    ['1.', 1],
    ['0', 0],
  ])('%s is %d', (typed, value) => {
    expect(Number(readNumber(typed))).toBeCloseTo(value, 12);
  });

  it.each(['', ' ', 'e', '1e', '--1', 'abc', '1,000.5', '1.2.3', 'nan', '1/0', '0x10', '1e999', '.', '-'])(
    '%s is none',
    (typed) => {
      expect(readNumber(typed)).toBeNull();
    },
  );

  it('is read whatever way JavaScript prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(readNumber(String(value)))).toBe(Number(String(value)));
      }),
    );
  });
});
