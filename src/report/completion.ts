/** Completion scripts for shells, generated from the options and the symptoms. */
import type { Units } from '../knowledge.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

interface Option {
  readonly value: boolean;
  readonly short?: string;
}

const COMMANDS: Record<string, string> = {
  explain: 'page of a cause, symptom or remedy',
  probe: 'a script that finds the first NaN',
  tree: 'the decision tree of the knowledge',
  check: 'check a knowledge base',
  completion: 'completion for a shell',
  help: 'help on a command',
};
const WORDS: Record<string, readonly string[]> = {
  probe: ['pytorch', 'tensorflow', 'jax', 'caffe'],
  completion: SHELLS,
  format: ['text', 'markdown', 'json', 'mermaid', 'xstate'],
};
const FILES = ['answers', 'output', 'save', 'resume'];

/** The script that a shell is given to complete `whynan`. */
export function completionText(
  units: Units,
  shell: (typeof SHELLS)[number],
  options: readonly (readonly [string, Option])[],
): string {
  const answers = Object.entries(units.symptoms).flatMap(([id, symptom]) =>
    [id, ...symptom.flags].map((flag): readonly [string, readonly string[], string] => [
      flag,
      [...Object.keys(symptom.answers), 'unsure'],
      symptom.name,
    ]),
  );
  const pages = [units.causes, units.symptoms, units.remedies, units.checks, units.guides].flatMap((kind) =>
    Object.keys(kind),
  );
  const words = { ...WORDS, explain: pages, help: Object.keys(COMMANDS) };
  return { bash, zsh, fish }[shell]({ answers, options, words });
}

interface Words {
  readonly answers: readonly (readonly [flag: string, answers: readonly string[], name: string])[];
  readonly options: readonly (readonly [string, Option])[];
  readonly words: Readonly<Record<string, readonly string[]>>;
}

function bash({ answers, options, words }: Words): string {
  const flags = [...options.map(([name]) => `--${name}`), ...answers.map(([flag]) => `--${flag}`)];
  return `# bash completion for whynan
_whynan() {
  local cur prev
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$prev" in
${answers.map(([flag, list]) => `    --${flag}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$cur")); return ;;`).join('\n')}
    --format) COMPREPLY=($(compgen -W "${words.format?.join(' ')}" -- "$cur")); return ;;
    --knowledge) COMPREPLY=($(compgen -d -- "$cur")); return ;;
${Object.entries(words)
  .filter(([command]) => command !== 'format')
  .map(([command, list]) => `    ${command}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$cur")); return ;;`)
  .join('\n')}
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "${flags.join(' ')}" -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
    if [[ $COMP_CWORD -eq 1 ]]; then COMPREPLY+=($(compgen -W "${Object.keys(COMMANDS).join(' ')}" -- "$cur")); fi
  fi
}
complete -o filenames -F _whynan whynan
`;
}

function zsh({ answers, options, words }: Words): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&');
  const own = options.map(([name, { value }]) => {
    const action =
      name === 'format'
        ? `:format:(${words.format?.join(' ')})`
        : FILES.includes(name)
          ? ':file:_files'
          : name === 'knowledge'
            ? ':folder:_files -/'
            : value
              ? ':value:'
              : '';
    return `    '--${name}${action}'`;
  });
  return `#compdef whynan
# zsh completion for whynan
_whynan() {
  local -a commands
  commands=(
${Object.entries(COMMANDS)
  .map(([name, text]) => `    '${name}:${quote(text)}'`)
  .join('\n')}
  )
  local -a flags
  flags=(
${[...own, ...answers.map(([flag, list, name]) => `    '--${flag}[${quote(name)}]:answer:(${list.join(' ')})'`)].join('\n')}
  )
  case "\${words[2]}" in
${Object.entries(words)
  .filter(([command]) => command !== 'format')
  .map(([command, list]) => `    ${command}) _values '${command}' ${list.join(' ')}; return ;;`)
  .join('\n')}
  esac
  _arguments -s $flags '*:path:_files'
  if (( CURRENT == 2 )); then _describe 'command' commands; fi
}
compdef _whynan whynan
`;
}

function fish({ answers, options, words }: Words): string {
  const quote = (text: string) => text.replaceAll("'", "\\'");
  const lines = [
    '# fish completion for whynan',
    ...Object.entries(COMMANDS).map(
      ([name, text]) => `complete -c whynan -n __fish_use_subcommand -a ${name} -d '${quote(text)}'`,
    ),
    ...options.map(([name, { value, short }]) => {
      const list = name === 'format' ? ` -xa '${words.format?.join(' ')}'` : value ? ' -r' : '';
      return `complete -c whynan -l ${name}${short ? ` -s ${short}` : ''}${list}`;
    }),
    ...answers.map(([flag, list, name]) => `complete -c whynan -l ${flag} -xa '${list.join(' ')}' -d '${quote(name)}'`),
    ...Object.entries(words)
      .filter(([command]) => command !== 'format')
      .map(
        ([command, list]) => `complete -c whynan -n '__fish_seen_subcommand_from ${command}' -xa '${list.join(' ')}'`,
      ),
  ];
  return `${lines.join('\n')}\n`;
}
