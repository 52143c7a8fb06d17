/** `podspan tail`: what passes a sidecar that runs, a line a request; first the last few of those that passed already. */
import type { AboutAnswer } from '../admin/shapes.ts'
import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import { filterErrorText, parseFilter } from '../filter/filter.ts'
import { asciiJson } from '../json.ts'
import { createPretty } from '../pretty.ts'
import { printable } from '../printable.ts'
import { AdminClient, type Ended, EXIT_USAGE, parsed } from './admin-client.ts'
import { stayAttached } from './attach.ts'
import { PROGRESS_MS, REMEMBERED_MAX } from './bounds.ts'
import { fits } from './fits.ts'
import { Shown } from './shown.ts'
import type { Terminal } from './terminal.ts'

export interface TailOptions {
  /** The origin of the admin port's URLs. */
  readonly admin: string
  /** A filter: only what it matches. */
  readonly where?: string | undefined
  /** As JSON, a line each. */
  readonly json: boolean
  /** So many of those that passed already. */
  readonly last: number
}

/** Answers the exit code. */
export async function tail(options: TailOptions, terminal: Terminal, clock: Clock): Promise<number> {
  const { admin, where = '' } = options
  const filter = parseFilter(where)
  if (!filter.ok) {
    terminal.say(`--where: ${filterErrorText(where, filter)}`)
    return EXIT_USAGE
  }
  const client = new AdminClient({ admin, terminal, clock })
  const follower = new Follower(options, terminal)
  const cancel = clock.after(PROGRESS_MS, () => follower.stillNothing())
  try {
    return await stayAttached({
      attach: (opened) => attach(client, follower, opened),
      ...{ clock, stopped: terminal.stopped, failed: terminal.say },
      lost: (text) => terminal.say(`${text}; trying again until Ctrl-C`),
      back: () => terminal.say(`${admin} is back; of what passed meanwhile the last ${REMEMBERED_MAX} are shown`),
    })
  } finally {
    cancel()
  }
}

async function attach(client: AdminClient, follower: Follower, opened: () => void): Promise<Ended> {
  const about = await client.json('/about', 'AboutAnswer')
  if (about.kind !== 'answer') return about
  follower.about(about.answer as AboutAnswer)
  return client.stream({ path: follower.path(), opened, take: (line) => follower.take(line) })
}

class Follower {
  readonly #options: TailOptions
  readonly #terminal: Terminal
  readonly #line: (exchange: Exchange) => string
  readonly #shown = new Shown()
  /** Of the sidecar that is attached to. */
  #version: string | undefined

  constructor(options: TailOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
    this.#line = options.json ? asciiJson : createPretty(terminal.colour).line
  }

  /** Whom it listens to, said to a person once. */
  about({ version, service, pod, target, ringExchanges }: AboutAnswer): void {
    const isNew = this.#version === undefined
    this.#version = version
    if (!isNew || !this.#terminal.isTty) return
    const where = pod === undefined || pod === service ? service : `${service} in ${pod}`
    this.#terminal.say(printable(`${where}, before ${target}; podspan ${version} keeps the last ${ringExchanges}`))
  }

  path(): string {
    const { where, last } = this.#options
    const limit = this.#shown.isEmpty ? last : REMEMBERED_MAX
    const query = new URLSearchParams({ format: 'ndjson', follow: '', limit: String(limit), ...(where && { where }) })
    this.#shown.again()
    return `/exchanges?${query}`
  }

  /** Answers whether it is what a sidecar says. */
  take(line: string): boolean {
    const value = parsed(line)
    if (value === undefined) return line === ''
    if ('missed' in value) this.#missed(Number(value.missed))
    else if ('trace' in value && 'marks' in value && fits(value, 'Exchange')) this.#show(value as Exchange)
    else return false
    return true
  }

  stillNothing(): void {
    const { isTty, say } = this.#terminal
    if (isTty && this.#version !== undefined && this.#shown.isEmpty)
      say('nothing so far; a request is shown when it has ended')
  }

  #show(exchange: Exchange): void {
    if (this.#shown.isNew(exchange)) this.#terminal.write(`${this.#line(exchange)}\n`)
  }

  /** A program is told where it happened, a person as well. */
  #missed(count: number): void {
    if (this.#options.json) this.#terminal.write(`${JSON.stringify({ missed: count })}\n`)
    else this.#terminal.say(`${count} not shown: they came faster than they were read here`)
  }
}
