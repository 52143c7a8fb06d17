/**
 * Bodies on their way to one URL, in order and one at a time, each until it is taken, refused or too old. It is bounded by
 * bytes, and the oldest goes. It says in the books what became of each, and tells people when the mood of the other side
 * changes. It does not know what a body says.
 */
import type { Clock } from '../clock.ts'
import type { BackendState, DropReason, Ledger } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import { pauseMs } from '../retry.ts'
import type { PostEnd, Poster } from './post.ts'

export interface PostQueueOptions {
  readonly poster: Poster
  readonly bytesMax: number
  readonly clock: Clock
  readonly limits: Limits
  readonly ledger: Ledger
  readonly say: (text: string) => void
}

interface Waiting {
  readonly body: Buffer
  /** Items in it. */
  readonly count: number
  readonly sinceMs: number
}

export class PostQueue {
  readonly #options: PostQueueOptions
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #mood: 'fine' | 'failing' | 'refused' = 'fine'
  /** Why it is not. */
  #reason = ''
  #deliveredAtMs: number | undefined
  /** The first one is with the other side: it is not known whether it was taken. */
  #isPosting = false
  #pumping: Promise<void> | undefined
  #isHurried = false
  #isClosed = false
  #wake: () => void = () => {}

  constructor(options: PostQueueOptions) {
    this.#options = options
  }

  /** For people; the bound is one of bytes. */
  get state(): BackendState {
    const { poster, bytesMax } = this.#options
    const isUntried = this.#mood === 'fine' && this.#deliveredAtMs === undefined
    return {
      signal: 'push',
      endpoint: poster.place,
      mood: isUntried ? 'untried' : this.#mood,
      ...(this.#mood !== 'fine' && { reason: this.#reason }),
      ...(this.#deliveredAtMs !== undefined && { deliveredAtMs: Math.round(this.#deliveredAtMs) }),
      queued: this.#bytes,
      queueMax: bytesMax,
    }
  }

  /** Takes items that were counted as created. */
  add(text: string, count: number): void {
    const body = Buffer.from(text)
    this.#waiting.push({ body, count, sinceMs: this.#options.clock.monotonicMs() })
    this.#bytes += body.length
    while (this.#bytes > this.#options.bytesMax && this.#waiting.length > Number(this.#isPosting)) {
      this.#drop(Number(this.#isPosting), 'queue_full')
    }
    if (this.#waiting.length > 0) this.#pumping ??= this.#pump()
  }

  /** Gives what waits this long to leave. */
  async close(withinMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(withinMs, resolve)
    this.#isHurried = true
    this.#wake()
    await Promise.race([this.#pumping, late])
    cancel()
    this.#isClosed = true
    this.#options.poster.close()
    this.#wake()
    await this.#pumping
    while (this.#waiting.length > 0) this.#drop(0, 'shutdown')
  }

  async #pump(): Promise<void> {
    const { clock, limits } = this.#options
    let attempt = 0
    for (let first = this.#waiting[0]; first !== undefined && !this.#isClosed; first = this.#waiting[0]) {
      const end = await this.#post(first)
      if (end.kind !== 'failed') {
        this.#settle(end)
        attempt = 0
      } else if (!this.#isClosed) {
        this.#turn(
          'failing',
          `cannot be delivered (${end.reason}); they are kept and tried again, the oldest are dropped`,
          end.reason,
        )
        // While stopping there is no time for long pauses; one that was asked for is kept.
        const hurried = this.#isHurried ? { ...limits, exportPauseMs: limits.exportPauseMsMin } : limits
        const waitMs = pauseMs(attempt, end.retryAfterMs, hurried, Math.random())
        this.#dropOlderThan(clock.monotonicMs() + waitMs - limits.exportRetryMs)
        attempt = (await this.#pause(waitMs)) ? 0 : attempt + 1
      }
    }
    this.#pumping = undefined
  }

  async #post({ body }: Waiting): Promise<PostEnd> {
    this.#isPosting = true
    const end = await this.#options.poster.post(body)
    this.#isPosting = false
    return end
  }

  #dropOlderThan(sinceMs: number): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].sinceMs < sinceMs) this.#drop(0, 'export_failed')
  }

  #settle(end: Exclude<PostEnd, { kind: 'failed' }>): void {
    if (end.kind === 'refused') {
      this.#turn('refused', `are refused (${end.reason}); they are dropped and counted`, end.reason)
      return this.#drop(0, 'rejected')
    }
    this.#deliveredAtMs = this.#options.clock.wallMs()
    this.#options.ledger.ended('push', 'exported', this.#take(0))
    this.#turn('fine', 'are taken again')
  }

  #drop(index: number, reason: DropReason): void {
    this.#options.ledger.dropped('push', reason, this.#take(index))
  }

  #take(index: number): number {
    const [post] = this.#waiting.splice(index, 1)
    this.#bytes -= post?.body.length ?? 0
    return post?.count ?? 0
  }

  /** True: woken before the time. */
  #pause(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const cancel = this.#options.clock.after(ms, () => resolve(false))
    this.#wake = () => resolve(true)
    return promise.finally(cancel)
  }

  #turn(mood: 'fine' | 'failing' | 'refused', text: string, reason = ''): void {
    this.#reason = reason
    if (mood === this.#mood) return
    this.#mood = mood
    this.#options.say(`posts to ${this.#options.poster.place} ${text}`)
  }
}
