const ESC = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
/** Colours and cursor movements, titles, and the short escapes. */
const ESCAPES = new RegExp(
  `${ESC}\\[[0-9;:?]{0,32}[ -/]?[@-~]|${ESC}\\][^${BELL}${ESC}]{0,512}(?:${BELL}|${ESC}\\\\)?|${ESC}[@-Z\\\\-_]?`,
  'g',
);
/**
 * Prefixes of launchers and of people: torchrun `[default7]:` and `[rank3]:`, mpirun `[1,3]<stdout>:`, Lightning `[rank: 0] `,
 * `[GPU 2] `, `(rank 1)`, DeepSpeed `worker-0: `, Slurm `3: ` where what follows cannot be a step.
 */
const RANK =
  /^\s*(?:\d{1,4}: (?=[[(](?:rank|gpu)))?(?:\[default(\d{1,5})\]:|[[(](?:rank|gpu)[ :=_-]{0,2}(\d{1,5})[\])][: ] ?|\[1,(\d{1,5})\]<std(?:out|err)>:|worker-(\d{1,5}): |(\d{1,4}): (?=TRAIN |Gradient norm|Skipped batch|Upscaling| iteration |\{'|\[?(?:epoch|(?:global_)?step|iter(?:ation)?)\b))/i;
/** Lines with longer runs than these are data, not a report; expressions would only lose time on them. */
const LONGEST_WORD = 200;
const LONGEST_SPACE = 200;
/** Text beyond this is not looked at. */
export const LONGEST_LINE = 4096;

/** A line as a person would see it: without terminal escapes, backspaces and the prefix of a launcher. */
export interface CleanLine {
  readonly text: string;
  /** The same with the launcher's prefix. */
  readonly full: string;
  readonly rank: number | null;
}

/** Cleans one line; `null` when it is data that no expression should be tried on. */
export function cleanLine(raw: string): CleanLine | null {
  let text = raw.length > LONGEST_LINE ? raw.slice(0, LONGEST_LINE) : raw;
  if (hasControl(text)) text = withoutControl(text.replace(ESCAPES, ''));
  if (text.length > 120 && !isReadable(text)) return null;
  const full = text;
  let rank: number | null = null;
  const first = text.charCodeAt(0);
  // `[`, `(`, a space, a digit or a `w`.
  if (first === 91 || first === 40 || first === 32 || first === 119 || (first >= 48 && first <= 57)) {
    const match = RANK.exec(text);
    if (match) {
      rank = Number(match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5]);
      // DeepSpeed's own `[Rank 0] step=` keeps its prefix: the format needs it.
      if (!/^\s*\[Rank \d+\] step=/.test(text)) text = text.slice(match[0].length);
    }
  }
  return { text, full, rank };
}

/** Whether the runs of word characters and of spaces are as short as in text. */
export function isReadable(text: string): boolean {
  let word = 0;
  let space = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isWord =
      (code >= 48 && code <= 57) ||
      (code >= 65 && code <= 90) ||
      (code >= 97 && code <= 122) ||
      code === 95 ||
      code === 46 ||
      code === 47 ||
      code === 45;
    if (isWord) {
      space = 0;
      word += 1;
      if (word > LONGEST_WORD) return false;
    } else if (code === 32 || code === 9) {
      word = 0;
      space += 1;
      if (space > LONGEST_SPACE) return false;
    } else {
      word = 0;
      space = 0;
    }
  }
  return true;
}

function isControl(code: number): boolean {
  return code < 32 && code !== 9 && code !== 10;
}

function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (isControl(text.charCodeAt(index))) return true;
  return false;
}

function withoutControl(text: string): string {
  let clean = '';
  for (const character of text) if (!isControl(character.charCodeAt(0))) clean += character;
  return clean;
}
