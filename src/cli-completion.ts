/** The table of commands → a script that completes them, for each shell that people use. */
import { COMMANDS, type CommandRow, flagsOf } from './cli-commands.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]()
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish }

/** Files where a file belongs; else what the command knows. */
function bash(): string {
  return `# podspan completion bash
_podspan() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_WORDS[1]} in
${cases()}
  esac
  if [[ $word == -* || $COMP_CWORD == 1 ]]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _podspan podspan
`
}

function zsh(): string {
  return `#compdef podspan
_podspan() {
  local words_
  case \${words[2]} in
${cases().replaceAll('words=', 'words_=')}
  esac
  if [[ \${words[CURRENT]} == -* || $CURRENT == 2 ]]; then compadd -- \${=words_}
  else _files; fi
}
compdef _podspan podspan
`
}

/** Of \`podspan WORD\`: the flags of that command, else those of podspan itself and the names of all commands. */
function cases(): string {
  const own = COMMANDS.filter(({ name }) => name === '').flatMap(flagWords)
  const named = COMMANDS.filter(({ name }) => name !== '')
  const rows = named.map((row) => `    ${row.name}) words="${[...operands(row), ...flagWords(row)].join(' ')}" ;;`)
  return [...rows, `    *) words="${[...named.map(({ name }) => name), ...own].join(' ')}" ;;`].join('\n')
}

function operands({ name }: CommandRow): readonly string[] {
  return name === 'completion' ? SHELLS : []
}

function flagWords(row: CommandRow): string[] {
  return [...flagsOf(row).map(({ name }) => `--${name}`), '--help']
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = COMMANDS.flatMap((row) => {
    const where = row.name === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${row.name}`
    const flags = flagsOf(row).map(({ name, kind, help }) => {
      const needs = kind === 'switch' ? '' : ' -r'
      return `complete -c podspan -n ${quoted(where)} -l ${name}${needs} -d ${quoted(help)}`
    })
    const words = operands(row).map((each) => `complete -c podspan -n ${quoted(where)} -f -a ${each}`)
    const self = `complete -c podspan -n __fish_use_subcommand -f -a ${row.name} -d ${quoted(row.summary)}`
    return row.name === '' ? flags : [self, ...words, ...flags]
  })
  return `# podspan completion fish\n${lines.join('\n')}\n`
}
