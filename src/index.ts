/** The public API: an Ambassador in a program of yours, and the types to write decorators with. */
import { hostname } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }
import { formatProblems } from './cli.ts'
import { type Config, readConfig } from './config.ts'
import { ambassadorDecorator, type EventDecorator } from './decorators/ambassador.ts'
import type { Decorator } from './decorators/decorator.ts'
import type { LedgerSnapshot } from './ledger.ts'
import { runtimeProblem } from './runtime.ts'
import { describeFailure, type Sidecar, startSidecar } from './sidecar.ts'

export type { EventDecorator, ServerEnd, ServiceEnd } from './decorators/ambassador.ts'
export type {
  Answer,
  Decorator,
  Maybe,
  RequestChange,
  RequestView,
  ResponseChange,
  ResponseView,
} from './decorators/decorator.ts'
export type * from './exchange.ts'
export { type Field, field } from './http1/message.ts'
export type { LedgerSnapshot, SignalBalance } from './ledger.ts'

export interface AmbassadorOptions {
  /** Where clients connect; 0 takes a free port. */
  readonly port: number | string
  /** The service: a port, host:port or an http URL. */
  readonly target: number | string
  /** Drain and exit on SIGTERM and SIGINT. Off: a program's signals are its own. */
  readonly handleSignals?: boolean
}

export interface Tunnel {
  /** Where it listens; rejects with the reason when it can't. */
  readonly listening: Promise<{ readonly host: string; readonly port: number }>
  /** created = exported + dropped + queued, for every signal. */
  ledger(): LedgerSnapshot | undefined
  /** Lets what is under way finish, flushes telemetry, stops. */
  close(): Promise<void>
}

/** Stands before a service it knows nothing about. Everything else is read from the environment, as on the command line. */
export class Ambassador {
  readonly #options: AmbassadorOptions

  constructor(options: AmbassadorOptions) {
    const tooOld = runtimeProblem(packageJson.engines.node, process.versions.node)
    if (tooOld !== undefined) throw new Error(tooOld)
    this.#options = options
  }

  /** Starts the tunnel with these decorators, in this order. Throws when the configuration can't be understood. */
  tunnel(decorators: Readonly<Record<string, EventDecorator | Decorator>> = {}): Tunnel {
    const { port, target, handleSignals } = this.#options
    const readings = { hostname: hostname(), version: packageJson.version, stdoutIsTty: process.stdout.isTTY }
    // A program opens no port that it was not asked for.
    const adminPort = process.env.PODSPAN_ADMIN_PORT || 'off'
    const read = readConfig({ port: String(port), target: String(target), adminPort }, process.env, readings)
    if (!read.ok) throw new Error(formatProblems(read.problems))
    if (read.config.threads > 1 && Object.keys(decorators).length > 0) throw new Error(functionsRefused(read.config))
    const named = Object.entries(decorators).map(([name, decorate]) =>
      typeof decorate === 'function' ? ambassadorDecorator(name, decorate, say) : decorate,
    )
    let sidecar: Sidecar | undefined
    const starting = startSidecar({ config: read.config, decorators: named, say }).then((started) => {
      if ('kind' in started) throw new Error(describeFailure(started))
      sidecar = started
      return started
    })
    const close = async (): Promise<void> => (await starting).close()
    if (handleSignals === true) for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => end(close))
    return { listening: starting.then(({ listener }) => listener), ledger: () => sidecar?.ledger(), close }
  }
}

/** What a function closes over lives on one thread, and so does the function. */
function functionsRefused({ threads }: Config): string {
  return (
    `podspan: PODSPAN_THREADS is ${threads}, and a function of this program cannot run on ${threads} data threads. ` +
    'Allowed: one thread; or no decorators here and a module that exports them in PODSPAN_DECORATORS, which each thread loads.'
  )
}

async function end(close: () => Promise<void>): Promise<void> {
  await close()
  process.exit(0)
}

function say(text: string): void {
  process.stderr.write(`podspan: ${text}\n`)
}
