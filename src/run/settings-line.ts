/** Literals of lines that dump settings: argparse, Megatron's dotted table, a command line, a trainer's arguments. */
export const SETTING_LITERALS: readonly string[] = [
  'Namespace(',
  '.......... ',
  'python',
  'Arguments(',
  'torchrun',
  'accelerate launch',
  'deepspeed ',
  'precision',
  'Precision',
  'optimizer=',
  'Optimizer',
  'Adam',
  'batch_size',
  'Policy: ',
];

const PAIR = /(?:^|[\s,({])([A-Za-z_][\w.-]{0,60})=((?:'[^']{0,120}'|"[^"]{0,120}"|\[[^\]]{0,80}\]|[^\s,)}]{1,120}))/g;
const DOTTED = /^\s*(?:\[[^\]]{1,30}\]:?\s*)?([a-z_][\w-]{1,60}) \.{3,}\s*(\S.{0,80}?)\s*$/;
const FLAG = /\s--?([a-zA-Z][\w-]{1,60})(?:[= ]('[^']{0,60}'|[^\s-][^\s]{0,60}))?(?=\s|$)/g;
const NAMED = /^\s*\W{0,4}\s*([A-Za-z][\w -]{1,40}): ([\w.+-]{1,40})\s*$/;

/** The settings that one line of a log dumps. */
export function settingsInLine(line: string): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = [];
  const dotted = DOTTED.exec(line);
  if (dotted) return [{ name: dotted[1] ?? '', value: dotted[2] ?? '' }];
  if (/Namespace\(|Arguments\(|[Oo]ptimizer|\bAdamW? ?\(|batch_size/.test(line)) {
    PAIR.lastIndex = 0;
    for (let match = PAIR.exec(line); match && found.length < 200; match = PAIR.exec(line))
      found.push({ name: match[1] ?? '', value: (match[2] ?? '').replace(/^['"]|['"]$/g, '') });
  }
  if (/(?:^|[\s/])(?:python[\d.]*|torchrun|accelerate launch|deepspeed)\s/.test(line)) {
    FLAG.lastIndex = 0;
    for (let match = FLAG.exec(line); match && found.length < 200; match = FLAG.exec(line))
      found.push({ name: match[1] ?? '', value: (match[2] ?? 'true').replace(/^'|'$/g, '') });
  }
  const named = NAMED.exec(line);
  if (named) found.push({ name: (named[1] ?? '').trim(), value: named[2] ?? '' });
  return found;
}
