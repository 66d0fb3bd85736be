/** How things look: tones by what they mean, marks with a plain form. Named colours only, so that the terminal's own theme decides. */
import { createContext } from 'react';

/** Properties of Ink's `<Text>` by what a text means. */
export const TONES = {
  plain: {},
  title: { bold: true, color: 'cyan' },
  strong: { bold: true },
  quiet: { dimColor: true },
  accent: { color: 'cyan' },
  good: { color: 'green' },
  bad: { color: 'yellow' },
} as const;
export type Tone = keyof typeof TONES;

export interface Marks {
  readonly pointer: string;
  readonly full: string;
  readonly empty: string;
  readonly arrow: string;
  readonly dot: string;
  readonly folded: string;
  readonly unfolded: string;
  readonly above: string;
  readonly below: string;
  readonly cut: string;
  readonly caret: string;
}

const UNICODE: Marks = {
  pointer: '❯',
  full: '█',
  empty: '·',
  arrow: '→',
  dot: '·',
  folded: '▸',
  unfolded: '▾',
  above: '↑',
  below: '↓',
  cut: '…',
  caret: '▏',
};
const ASCII: Marks = {
  pointer: '>',
  full: '#',
  empty: '.',
  arrow: '->',
  dot: '|',
  folded: '+',
  unfolded: '-',
  above: '^',
  below: 'v',
  cut: '~',
  caret: '_',
};

/** Whether the terminal says that it shows more than ASCII. */
export function showsUnicode({
  LC_ALL,
  LC_CTYPE,
  LANG,
  TERM,
  WHYNAN_ASCII,
  WT_SESSION,
}: Readonly<Record<string, string | undefined>>): boolean {
  if (WHYNAN_ASCII || TERM === 'linux' || TERM === 'dumb') return false;
  return WT_SESSION !== undefined || /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

export interface Theme {
  readonly unicode: boolean;
  readonly color: boolean;
  readonly marks: Marks;
}

export const themeOf = (unicode: boolean, color: boolean): Theme => ({
  unicode,
  color,
  marks: unicode ? UNICODE : ASCII,
});

export const ThemeContext = createContext<Theme>(themeOf(false, false));
