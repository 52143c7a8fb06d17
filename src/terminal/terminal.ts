/** Where a person, or a program in a pipe, looks at what a command says. Commands are given one and know no process. */

export interface Terminal {
  /** To stdout, as it is. */
  readonly write: (text: string) => void
  /** A line on stderr, for people. */
  readonly say: (text: string) => void
  /** Whether somebody looks at stdout. */
  readonly isTty: boolean
  readonly colour: boolean
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads stdout any more (`| head` has what it wanted). */
  readonly stopped: AbortSignal
}

/** Of a terminal that does not say. */
const COLUMNS = 80
const ROWS = 24

/** That of the process. The first Ctrl-C asks the command to end, a second one ends it. */
export function createTerminal(own: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'once'>, colour: boolean): Terminal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) own.once(signal, () => stop.abort())
  own.stdout.on('error', () => stop.abort())
  own.stderr.on('error', () => undefined)
  return {
    write: (text) => void own.stdout.write(text),
    say: (text) => void own.stderr.write(`podspan: ${text}\n`),
    isTty: own.stdout.isTTY === true,
    colour,
    size: () => ({ columns: own.stdout.columns || COLUMNS, rows: own.stdout.rows || ROWS }),
    stopped: stop.signal,
  }
}
