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

export interface Theme {
  readonly unicode: boolean;
  readonly color: boolean;
  /** Whether it is read aloud: no bars, no pictures, no columns. */
  readonly spoken: boolean;
  readonly marks: Marks;
}

export const themeOf = (unicode: boolean, color: boolean): Theme => ({
  unicode,
  color,
  spoken: false,
  marks: unicode ? UNICODE : ASCII,
});

export const SPOKEN: Theme = { ...themeOf(false, false), spoken: true };

export const ThemeContext = createContext<Theme>(themeOf(false, false));
