/** Every key of the wizard in one table: what it does, where, and how it is called at the foot of the screen. */

/** A key press, whatever terminal it came from. */
export interface Key {
  readonly name:
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'page-up'
    | 'page-down'
    | 'home'
    | 'end'
    | 'enter'
    | 'escape'
    | 'backspace'
    | 'tab'
    | 'interrupt'
    | 'character'
    | 'other';
  /** The character of a `character` key. */
  readonly character: string;
}

export type Screen = 'asking' | 'settling' | 'reviewing' | 'supposing' | 'report';

export type Command =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'choose'
  | 'unsure'
  | 'back'
  | 'why'
  | 'help'
  | 'edit'
  | 'report'
  | 'save'
  | 'quit'
  | 'filter'
  | 'go-on'
  | 'what-if'
  | 'markdown'
  | 'json'
  | 'copy'
  | 'next-cause'
  | 'open'
  | 'theirs';

export interface Binding {
  readonly command: Command;
  /** Names of keys, or single characters; the first one is shown. */
  readonly keys: readonly string[];
  readonly label: string;
  /** What it does, for the help page. */
  readonly does: string;
  readonly on: readonly Screen[];
  /** Place in the row of keys; smaller is kept longer where the row is short. 0: never in the row. */
  readonly rank: number;
}

const LISTS: readonly Screen[] = ['asking', 'settling', 'reviewing', 'supposing'];
const ALL: readonly Screen[] = [...LISTS, 'report'];

export const BINDINGS: readonly Binding[] = [
  {
    command: 'choose',
    keys: ['enter'],
    label: 'choose',
    does: 'take the marked answer; a digit takes it at once',
    on: LISTS,
    rank: 1,
  },
  {
    command: 'unsure',
    keys: ['u'],
    label: 'unsure',
    does: 'not known: no evidence, and not asked again',
    on: ['asking', 'settling'],
    rank: 2,
  },
  {
    command: 'open',
    keys: ['enter'],
    label: 'open',
    does: 'unfold or fold the marked cause; so does its digit',
    on: ['report'],
    rank: 2,
  },
  { command: 'next-cause', keys: ['tab'], label: 'next', does: 'mark the next cause', on: ['report'], rank: 9 },
  { command: 'go-on', keys: ['c'], label: 'continue', does: 'go on with the questions', on: ['report'], rank: 4 },
  {
    command: 'back',
    keys: ['b', 'escape', 'left'],
    label: 'back',
    does: 'one step back; nothing is lost',
    on: ALL,
    rank: 3,
  },
  {
    command: 'why',
    keys: ['w'],
    label: 'why',
    does: 'what the marked answer would do to the ranking',
    on: ['asking'],
    rank: 6,
  },
  {
    command: 'what-if',
    keys: ['w'],
    label: 'what if',
    does: 'try an answer without giving it',
    on: ['report'],
    rank: 5,
  },
  {
    command: 'edit',
    keys: ['e'],
    label: 'edit',
    does: 'see and change what is known',
    on: ['asking', 'settling', 'report'],
    rank: 7,
  },
  {
    command: 'report',
    keys: ['r'],
    label: 'report',
    does: 'the diagnosis as it stands',
    on: ['asking', 'settling', 'reviewing'],
    rank: 5,
  },
  {
    command: 'markdown',
    keys: ['m'],
    label: 'markdown',
    does: 'write the checklist as Markdown',
    on: ['report'],
    rank: 6,
  },
  { command: 'json', keys: ['o'], label: 'json', does: 'write the report as JSON', on: ['report'], rank: 10 },
  {
    command: 'copy',
    keys: ['y'],
    label: 'copy',
    does: 'copy the command line that gives this report',
    on: ['report'],
    rank: 8,
  },
  { command: 'filter', keys: ['/'], label: 'filter', does: 'type to narrow a long list', on: LISTS, rank: 4 },
  {
    command: 'save',
    keys: ['s'],
    label: 'save',
    does: 'save the answers to a file, now and after every answer',
    on: ALL,
    rank: 8,
  },
  {
    command: 'theirs',
    keys: ['x'],
    label: 'take theirs',
    does: 'believe the other side of a contradiction',
    on: ALL,
    rank: 0,
  },
  {
    command: 'help',
    keys: ['?', 'h'],
    label: 'help',
    does: 'how to find the answer, and every key',
    on: ALL,
    rank: 1.5,
  },
  {
    command: 'quit',
    keys: ['q'],
    label: 'quit',
    does: 'leave; the report so far stays on the screen',
    on: ALL,
    rank: 2.5,
  },
  { command: 'up', keys: ['up', 'k'], label: 'up', does: 'move up', on: ALL, rank: 0 },
  { command: 'down', keys: ['down', 'j'], label: 'down', does: 'move down', on: ALL, rank: 0 },
  { command: 'page-up', keys: ['page-up'], label: 'page up', does: 'a page up', on: ALL, rank: 0 },
  { command: 'page-down', keys: ['page-down', ' '], label: 'page down', does: 'a page down', on: ALL, rank: 0 },
  { command: 'first', keys: ['home', 'g'], label: 'first', does: 'to the top', on: ALL, rank: 0 },
  { command: 'last', keys: ['end', 'G'], label: 'last', does: 'to the end', on: ALL, rank: 0 },
];

/** What a key does on a screen; null where it does nothing. */
export function commandFor(screen: Screen, { name, character }: Key): Command | null {
  const pressed = name === 'character' ? character : name;
  return BINDINGS.find(({ keys, on }) => on.includes(screen) && keys.includes(pressed))?.command ?? null;
}

/** What Ink tells of a key press. */
interface InkKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['tab', 'tab'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const;

/** The keys of one chunk of input: a paste or quick typing comes as several characters at once. */
export function keysOf(input: string, ink: InkKey): Key[] {
  const key = (name: Key['name'], character = ''): Key => ({ name, character });
  const named = NAMED.find(([flag]) => ink[flag]);
  if (named) return [key(named[1])];
  if (ink.ctrl) return [key(input === 'c' ? 'interrupt' : input === 'p' ? 'up' : input === 'n' ? 'down' : 'other')];
  if (ink.meta) return [key('other')];
  return Array.from(input, (character) =>
    character === '\r' || character === '\n'
      ? key('enter')
      : character === '\u0003'
        ? key('interrupt')
        : character === '\u007f' || character === '\b'
          ? key('backspace')
          : character === '\t'
            ? key('tab')
            : /\p{C}/u.test(character)
              ? key('other')
              : key('character', character),
  );
}
