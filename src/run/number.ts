/**
 * Source of a regular expression for one number as training programs print it: decimal, exponent, and the non-finite
 * spellings of C, Python and the Windows runtimes. No part of it can match in two ways, so it cannot backtrack badly.
 */
export const NUMBER =
  '[-+]?(?:1\\.#(?:QNAN|SNAN|IND|INF)\\d*|\\d+(?:\\.\\d*)?(?:[eE][-+]?\\d+)?|\\.\\d+(?:[eE][-+]?\\d+)?|nan(?:\\((?:ind|snan)\\))?(?![a-zA-Z_])|inf(?:inity)?(?![a-zA-Z_]))';

/** The non-finite values a log can show. */
export type NonFinite = 'nan' | 'inf' | '-inf';

/**
 * The value of one printed number. `undefined` when the text is no number at all: `Number('abc')` is NaN too, and must
 * not be taken for one.
 */
export function parseNumber(text: string): number | undefined {
  const first = text.charCodeAt(0);
  const second = text.charCodeAt(1);
  const isPlain =
    (first >= 48 && first <= 57) ||
    ((first === 43 || first === 45 || first === 46) && ((second >= 48 && second <= 57) || second === 46));
  if (isPlain) {
    const value = Number(text);
    if (!Number.isNaN(value)) return value;
  }
  const word = text.trim().toLowerCase();
  switch (word) {
    case 'nan':
    case '-nan':
    case '+nan':
    case 'nan(ind)':
    case '-nan(ind)':
    case 'nan(snan)':
    case '-nan(snan)':
      return Number.NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    default:
  }
  const windows = /^([-+]?)1\.#(qnan|snan|ind|inf)\d*$/.exec(word);
  if (windows) {
    if (windows[2] !== 'inf') return Number.NaN;
    return windows[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const plain = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/.test(word);
  return plain ? Number(word) : undefined;
}

const LARGEST_DOUBLE = 1.79e308;
const LARGEST_SINGLE = 3.4028234663852886e38;

/**
 * Names a non-finite value. The largest float64 and float32 count as infinite: loggers and `nan_to_num` write them in
 * the place of inf.
 */
export function nonFiniteName(value: number): NonFinite | null {
  if (Number.isNaN(value)) return 'nan';
  if (value >= LARGEST_DOUBLE) return 'inf';
  if (value <= -LARGEST_DOUBLE) return '-inf';
  if (value > 3.4e38 && Math.abs(value - LARGEST_SINGLE) < 1e33) return 'inf';
  if (value < -3.4e38 && Math.abs(value + LARGEST_SINGLE) < 1e33) return '-inf';
  return null;
}

/** Whether a value stands for a finite one. The same test as `nonFiniteName`, kept cheap for the inner loop. */
export function isFiniteValue(value: number): boolean {
  return value < 3.4e38 && value > -3.4e38 ? true : nonFiniteName(value) === null;
}
