/**
 * `--push URL`: what the dump says is posted to `URL/stats` as often as it would be dumped, and the latest look at the
 * container to `URL/resources`, as JSON. Like the dump it keeps no exchanges itself, only how many of the ring's newest are due.
 */
import { type Clock, every } from '../clock.ts'
import type { BackendState, Ledger } from '../ledger.ts'
import type { Limits } from '../limits.ts'
import type { ResourceSample } from '../resources/sample.ts'
import { Poster } from './post.ts'
import { PostQueue } from './post-queue.ts'
import type { Ring } from './ring.ts'
import { historyBodies, type Observed } from './stats.ts'

export interface PushOptions {
  readonly url: string
  readonly ring: Ring<Observed>
  /** The pod's name, when it is known. */
  readonly pod: string | undefined
  readonly userAgent: string
  readonly clock: Clock
  readonly limits: Limits
  readonly ledger: Ledger
  readonly say: (text: string) => void
}

export class Push {
  readonly #options: PushOptions
  readonly #stats: PostQueue
  readonly #resources: PostQueue
  readonly #stops: readonly (() => void)[]
  #due = 0
  #sample: ResourceSample | undefined

  constructor(options: PushOptions) {
    const { url, clock, limits } = options
    const queueTo = (path: string): PostQueue => {
      const poster = new Poster({ ...options, url: below(url, path) })
      return new PostQueue({ ...options, poster, bytesMax: limits.pushPendingBytesMax / 2 })
    }
    this.#options = options
    this.#stats = queueTo('/stats')
    this.#resources = queueTo('/resources')
    this.#stops = [
      every(clock, limits.dumpEveryMs, () => this.#pushStats()),
      every(clock, limits.pushEveryMs, () => this.#pushResources()),
    ]
  }

  /** One more exchange is in the ring. When it pushed out one that was still due, that one is lost here. */
  noted(): void {
    const { ledger, ring } = this.#options
    ledger.created('push')
    if (this.#due < ring.capacity) this.#due++
    else ledger.dropped('push', 'queue_full')
  }

  backends(): readonly BackendState[] {
    return [this.#stats.state, this.#resources.state]
  }

  /** Of several between two posts the latest is due. */
  sample(sample: ResourceSample): void {
    this.#sample = sample
  }

  /** Posts what is left, for at most this long. */
  async close(withinMs: number): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#pushStats()
    this.#pushResources()
    await Promise.all([this.#stats.close(withinMs), this.#resources.close(withinMs)])
  }

  #pushStats(): void {
    const { ring, pod, limits } = this.#options
    const { dumpLineBytesMax: lineBytesMax, pushBytesMax } = limits
    const items = ring.latest(this.#due)
    this.#due = 0
    // An entry is as long as in a line, so a body holds at least that.
    const bodyBytesMax = Math.max(pushBytesMax, lineBytesMax)
    for (const body of historyBodies(items, pod, { lineBytesMax, bodyBytesMax })) {
      this.#stats.add(body.text, body.items.length)
    }
  }

  #pushResources(): void {
    const { clock, pod, ledger } = this.#options
    const sample = this.#sample
    this.#sample = undefined
    if (sample === undefined) return
    const atMs = clock.anchor.wallMs + sample.atMonotonicMs - clock.anchor.monotonicMs
    ledger.created('push')
    this.#resources.add(JSON.stringify({ atMs, ...(pod !== undefined && { pod }), ...sample }), 1)
  }
}

/** A path of the URL's own stays, and so does its query. */
function below(url: string, path: string): string {
  const place = new URL(url)
  place.pathname = place.pathname.replace(/\/$/, '') + path
  return place.href
}
