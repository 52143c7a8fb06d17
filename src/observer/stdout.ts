/**
 * Lines to a file descriptor that may be slow, full, stalled or closed, without ever waiting for it: what does not leave is
 * pending up to a bound, and beyond it the newest line is dropped. It knows nothing of what the lines say.
 *
 * No write may block in the kernel, not even on a thread of libuv's pool: the process could not exit while it does.
 */
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { LineEnd, LineWriter } from './dump.ts'

/** Where bytes go. Answers how many were taken, 0 when there is no room now; throws or rejects when it is closed or broken. */
export type Store = (bytes: Buffer) => number | Promise<number>

interface PendingLine {
  readonly bytes: Buffer
  readonly ended: (end: LineEnd) => void
}

export interface BoundedLinesOptions {
  readonly store: Store
  readonly limits: Limits
  readonly clock: Clock
  readonly say: (text: string) => void
}

export class BoundedLines implements LineWriter {
  readonly #options: BoundedLinesOptions
  #pending: PendingLine[] = []
  #pendingBytes = 0
  /** How much of the first pending line was taken already: that line is never dropped for want of room. */
  #taken = 0
  /** A line was left half-written by an error: the next one must not be glued to it. */
  #isTorn = false
  #isPumping = false
  /** Said already, and not said again before everything pending has left. */
  #isStalled = false
  #drained: (() => void) | undefined

  constructor(options: BoundedLinesOptions) {
    this.#options = options
  }

  write(line: string, ended: (end: LineEnd) => void): void {
    const bytes = Buffer.from(line)
    if (this.#pendingBytes + bytes.length > this.#options.limits.dumpPendingBytesMax) {
      if (!this.#isStalled)
        this.#options.say('stdout does not take the dump as fast as it comes: lines are dropped, and counted')
      this.#isStalled = true
      ended('stdout_stalled')
      return
    }
    this.#pending.push({ bytes, ended })
    this.#pendingBytes += bytes.length
    if (!this.#isPumping) this.#pump()
  }

  async close(withinMs: number): Promise<void> {
    if (this.#pending.length === 0) return
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(withinMs, resolve)
      this.#drained = () => {
        cancel()
        resolve()
      }
    })
    this.#abandon('shutdown')
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    for (let first = this.#pending[0]; first !== undefined; first = this.#pending[0]) await this.#offer(first)
    this.#isPumping = false
    this.#drained?.()
  }

  async #offer(line: PendingLine): Promise<void> {
    const { store, clock, limits, say } = this.#options
    try {
      if (this.#isTorn && (await store(Buffer.from('\n'))) > 0) this.#isTorn = false
      const taken = this.#isTorn ? 0 : await store(line.bytes.subarray(this.#taken))
      if (line !== this.#pending[0]) return
      this.#took(line, taken)
      if (taken === 0) await new Promise<void>((resolve) => clock.after(limits.stdoutRetryMs, resolve))
    } catch (error) {
      if (!this.#isStalled) say(`stdout takes no dump, its lines are dropped and counted: ${error}`)
      this.#abandon('stdout_stalled')
      this.#isStalled = true
    }
  }

  #took(line: PendingLine, bytes: number): void {
    this.#taken += bytes
    if (this.#taken < line.bytes.length) return
    this.#taken = 0
    this.#pending.shift()
    this.#pendingBytes -= line.bytes.length
    if (this.#pending.length === 0) this.#isStalled = false
    line.ended('written')
  }

  #abandon(end: LineEnd): void {
    const lost = this.#pending
    this.#isTorn ||= this.#taken > 0
    this.#pending = []
    this.#pendingBytes = 0
    this.#taken = 0
    for (const line of lost) line.ended(end)
  }
}

/**
 * A Store on an open descriptor, by what stands behind it:
 * - a pipe or terminal is opened once more, non-blocking, so that the flags the main thread and others share stay as they are;
 * - a socket, or a pipe of another user's (a container that does not run as root), cannot be opened again and goes through
 *   libuv, which makes it non-blocking for all who share it and never closes descriptors 0 to 2;
 * - a file takes what it is given.
 * Closed from the start: a Store that always throws.
 */
export function openStore(descriptor: number): Store {
  try {
    const kind = fstatSync(descriptor)
    if (kind.isFile()) return (bytes) => writeSync(descriptor, bytes)
    return (kind.isSocket() ? undefined : reopened(descriptor)) ?? streamed(descriptor)
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function reopened(descriptor: number): Store | undefined {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    const own = openSync(`/proc/self/fd/${descriptor}`, flags)
    return (bytes) => writeWithoutWaiting(own, bytes)
  } catch {
    return undefined
  }
}

function writeWithoutWaiting(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    throw error
  }
}

function streamed(descriptor: number): Store {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true })
  // Told by the callback of the write that fails.
  socket.on('error', () => undefined)
  socket.unref()
  return (bytes) =>
    new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)))
    })
}
