/** What every conversation of the soak's clients is given, and the pieces they share. */
import { setTimeout as sleep } from 'node:timers/promises'
import { body, bodySize, type Random } from './soak-random.ts'
import { check, type Tally, Wrong } from './soak-tally.ts'
import { type Answer, dial, type Wire } from './soak-wire.ts'

const HANDS_OFF_MS = 20_000

export class Talk {
  readonly kind: string
  readonly port: number
  readonly random: Random
  readonly tally: Tally
  /** When the request under way began: what went wrong since may be because the app was away. */
  since: number = performance.now()
  readonly #wires: Wire[] = []

  constructor(kind: string, port: number, random: Random, tally: Tally) {
    this.kind = kind
    this.port = port
    this.random = random
    this.tally = tally
  }

  async dial(): Promise<Wire> {
    this.since = performance.now()
    const wire = await dial(this.port)
    this.#wires.push(wire)
    return wire
  }

  sent(count = 1): void {
    this.since = performance.now()
    this.tally.request(this.kind, count)
  }

  /** What was asked last, for the example of what went wrong. */
  asked = ''

  right(count = 1): void {
    this.tally.right(this.kind, count)
  }

  nap(msMax: number): Promise<void> {
    return sleep(this.random.below(msMax))
  }

  /** Runs the conversation, counts how it ended, and leaves no connection behind. */
  async run(conversation: (talk: Talk) => Promise<void>): Promise<void> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      for (const wire of this.#wires) wire.socket.destroy()
    }, HANDS_OFF_MS)
    try {
      await conversation(this)
      if (late) throw new Wrong(`took longer than ${HANDS_OFF_MS} ms`)
    } catch (error) {
      this.tally.wrong(this.kind, late ? new Wrong(`hung: ${(error as Error).message}`) : error, this.since, this.asked)
    } finally {
      clearTimeout(timer)
      for (const wire of this.#wires) wire.socket.destroy()
    }
  }
}

export interface Wanted {
  readonly method: string
  readonly path: string
  readonly bytes: Buffer
}

/** A download in one of the app's ways, and what must come. */
export function download(random: Random, routes: readonly string[] = ['body', 'chunked', 'hints']): Wanted {
  const size = bodySize(random)
  const offset = random.below(2 ** 20)
  const method = random.percent(15) ? 'HEAD' : 'GET'
  const path = `/${random.pick(routes)}/${size}/${offset}/${1 + random.below(8)}`
  return { method, path, bytes: method === 'HEAD' ? Buffer.alloc(0) : body(size, offset) }
}

export function requestHead(method: string, path: string, fields = ''): string {
  return `${method} ${path} HTTP/1.1\r\nHost: app\r\n${fields}\r\n`
}

/** `bytes` undefined: whatever the body is. */
export function checkAnswer(answer: Answer, status: number, bytes?: Buffer): void {
  if (answer.status === 502 && status !== 502) throw new Wrong(`502: ${answer.body.toString().trim()}`, true)
  check(
    answer.status === status,
    `status ${answer.status} in place of ${status}: ${answer.body.toString('latin1', 0, 120)}`,
  )
  if (bytes === undefined) return
  check(answer.body.length === bytes.length, `a body of ${answer.body.length} bytes in place of ${bytes.length}`)
  check(answer.body.equals(bytes), `a body of ${bytes.length} bytes with other bytes`)
}

/** Cuts `bytes` into chunks of random size, some with an extension. */
export function toChunks(random: Random, bytes: Buffer): Buffer[] {
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + random.below(60_000))
    at += piece.length
    const extension = random.percent(10) ? ';a=b' : ''
    out.push(Buffer.concat([Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n')]))
  }
  return [...out, Buffer.from('0\r\n\r\n')]
}
