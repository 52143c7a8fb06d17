/** `podspan top`: rate, errors and latency by route of a sidecar that runs, drawn anew every second in the same place. */
import { createColors } from 'picocolors'
import type { AboutAnswer, LiveHello, LiveTick } from '../admin/shapes.ts'
import type { Clock } from '../clock.ts'
import type { Colours } from '../pretty.ts'
import { AdminClient, type Ended, EXIT_UNAVAILABLE } from './admin-client.ts'
import { stayAttached } from './attach.ts'
import { SILENCE_MS } from './bounds.ts'
import { eventLines } from './events.ts'
import { fits } from './fits.ts'
import type { Terminal } from './terminal.ts'
import { type TopView, topLines } from './top-screen.ts'

export interface TopOptions {
  /** The origin of the admin port's URLs. */
  readonly admin: string
  /** Print it once, and nothing that moves a cursor. */
  readonly once: boolean
}

/** Where nobody looks, it is as long as it is, and as wide as most terminals are. */
const ONCE_COLUMNS = 120

/** The other screen of the terminal, so that what stood there comes back; no cursor. */
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
/** Before the line is written: at the end of a full one it would take its last character. */
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

/** No exchange has the number 0: the stream brings the state of things and nothing else. */
const PATH = `/live?${new URLSearchParams({ where: '!id' })}`

/** Of the events that are looked at. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ['hello', 'LiveHello'],
  ['tick', 'LiveTick'],
])

/** Answers the exit code. */
export async function top({ admin, once }: TopOptions, terminal: Terminal, clock: Clock): Promise<number> {
  return once || !terminal.isTty ? print(admin, terminal, clock) : watch(admin, terminal, clock)
}

async function print(admin: string, terminal: Terminal, clock: Clock): Promise<number> {
  const seen = new AbortController()
  const stopped = AbortSignal.any([terminal.stopped, seen.signal])
  const client = new AdminClient({ admin, terminal: { ...terminal, stopped }, clock })
  const size = { columns: terminal.isTty ? terminal.size().columns : ONCE_COLUMNS, rows: Number.POSITIVE_INFINITY }
  const ended = await attach(
    client,
    () => undefined,
    (about, tick) => {
      if (seen.signal.aborted) return
      terminal.write(`${topLines({ about, tick, note: undefined }, size, createColors(false)).join('\n')}\n`)
      seen.abort()
    },
  )
  if (ended.kind === 'stopped') return 0
  terminal.say(ended.text)
  return ended.kind === 'refused' ? ended.exitCode : EXIT_UNAVAILABLE
}

async function watch(admin: string, terminal: Terminal, clock: Clock): Promise<number> {
  const screen = new Screen(terminal)
  const client = new AdminClient({ admin, terminal: { ...terminal, say: (text) => screen.note(text) }, clock })
  let why: string | undefined
  try {
    return await stayAttached({
      attach: (opened) => attach(client, opened, (about, tick) => screen.show({ about, tick, note: undefined })),
      ...{ clock, stopped: terminal.stopped },
      lost: (text) => screen.note(`${text}; trying again until Ctrl-C`),
      back: () => screen.note(undefined),
      failed: (text) => {
        why = text
      },
    })
  } finally {
    screen.close()
    if (why !== undefined) terminal.say(why)
  }
}

function attach(
  client: AdminClient,
  opened: () => void,
  show: (about: AboutAnswer, tick: LiveTick) => void,
): Promise<Ended> {
  let about: AboutAnswer | undefined
  const take = eventLines((event, data) => {
    const form = FORMS.get(event)
    if (form === undefined) return true
    if (!fits(data, form)) return false
    if (event === 'hello') about = (data as LiveHello).about
    else if (about !== undefined) show(about, data as LiveTick)
    return true
  })
  return client.stream({ path: PATH, opened, take, silenceMs: SILENCE_MS })
}

/** Taken when there is something to show, and given back whatever happens. */
class Screen {
  readonly #terminal: Terminal
  readonly #colours: Colours
  #view: TopView | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#colours = createColors(terminal.colour)
  }

  show(view: TopView): void {
    if (this.#view === undefined) this.#terminal.write(ENTER)
    this.#view = view
    const lines = topLines(view, this.#terminal.size(), this.#colours).map((line) => CLEAR_LINE + line)
    this.#terminal.write(HOME + lines.join('\n') + CLEAR_BELOW)
  }

  /** Beside what was shown last. */
  note(note: string | undefined): void {
    if (this.#view !== undefined) this.show({ ...this.#view, note })
    else if (note !== undefined) this.#terminal.say(note)
  }

  close(): void {
    if (this.#view !== undefined) this.#terminal.write(LEAVE)
  }
}
