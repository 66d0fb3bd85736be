/** The help texts. */
import type { Units } from '../knowledge.ts';

const HELP: Record<string, string> = {
  diagnose: `whynan: why is the loss NaN?

  whynan [path...] [--<symptom> <answer>...] [options]     diagnose
  whynan explain [id...]                  page of a cause, symptom or remedy
  whynan probe FRAMEWORK                  a script that finds the first NaN
  whynan tree                             the decision tree of the knowledge
  whynan check [DIR...]                   check a knowledge base
  whynan completion bash|zsh|fish         completion for a shell

At a terminal whynan asks; what is given is shown as answered and can be
changed. Anywhere else it prints a report that ends with the next question.

A path is a log, a metrics file, a config, a traceback, a saved report, a
record of the probe, a directory of them, or - for standard input. What it
is, is seen from its content. Several paths are one run.

Options
  --answers FILE       symptoms and answers, as YAML or JSON
  --knowledge DIR      a team's own causes, on top; may be repeated
  --format FORMAT      text, markdown or json
  --json               the same as --format json
  -o, --output FILE    write to a file, whole or not at all
  --force              replace an existing file
  --no-input           print a report, never ask
  --top N              show this many causes, or all
  --no-color           no colour (also NO_COLOR=1)
  --save FILE          keep the answers as they are given
  --resume FILE        go on from saved answers
  -h, --help           this text; \`whynan help COMMAND\` for a command
  -V, --version        versions and counts

Exit status
  0   a cause stands out
  1   it ran and nothing stands out, or nothing non-finite was found
  2   it could not run
  130 interrupted

Symptoms (every one takes \`unsure\` too; \`whynan explain SYMPTOM\` says more)
`,
  explain: `whynan explain [id...]

Prints the page of a cause, symptom, remedy, check or guide. Without an id it
lists all of them.

  --format FORMAT      text, markdown or json
  -o, --output FILE    write to a file (--force replaces)
  --knowledge DIR      a team's own causes, on top
`,
  probe: `whynan probe pytorch|tensorflow|jax|caffe [-o FILE]

Prints a script to put beside the training code. It stops at the first
non-finite tensor, says whether it was made there or passed on, and writes a
record that whynan reads: \`whynan probe.jsonl\`.
`,
  tree: `whynan tree [--depth N] [--format text|mermaid|xstate]

Prints the decision tree that the knowledge implies: the questions in the
order in which they would be asked, down the likeliest answers.

  --depth N            how many questions deep (3)
  --format FORMAT      text, mermaid, or xstate: a definition for createMachine
  -o, --output FILE    write to a file (--force replaces)
  --knowledge DIR      a team's own causes, on top
`,
  check: `whynan check [DIR...]

Checks knowledge: every error at once, with the place, what is there and what
to write. A folder with a scale.yaml of its own is checked as a whole; any
other on top of the built-in knowledge. Without a folder, the built-in one.

  --json               the problems as data
`,
  completion: `whynan completion bash|zsh|fish

Prints a completion script.

  bash   whynan completion bash > ~/.local/share/bash-completion/completions/whynan
  zsh    whynan completion zsh > "\${fpath[1]}/_whynan"
  fish   whynan completion fish > ~/.config/fish/completions/whynan.fish
`,
};

/** The help of a command. */
export function helpText(units: Units, command: string): string {
  const text = HELP[command] ?? HELP.diagnose ?? '';
  if (command !== 'diagnose' && Object.hasOwn(HELP, command)) return text;
  const rows = Object.entries(units.symptoms).map(([id, { answers, number }]) => {
    const names = [...(number ? ['NUMBER'] : []), ...Object.keys(answers)];
    const lines: string[] = [];
    for (const name of names) {
      const last = lines.at(-1);
      if (last === undefined || last.length + name.length + 2 > 52) lines.push(name);
      else lines[lines.length - 1] = `${last}, ${name}`;
    }
    return `  --${id}`.padEnd(26) + lines.join(`,\n${' '.repeat(26)}`);
  });
  return `${text}${rows.join('\n')}\n`;
}
