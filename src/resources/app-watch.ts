/**
 * Keeps an eye on the app: looks at its container and its process, notices that it has gone and that another one has come,
 * and says what brought it down. What was not seen is never guessed.
 */
import { readdirSync, statSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { type AppHint, findApp, identityOf, isAlive, listenersOf, type Sighting } from './app.ts'
import { containerFigures } from './cgroup.ts'
import { type Kill, KillWatch } from './kill-watch.ts'
import { processFigures } from './process.ts'
import type { Crash, ResourceSample } from './sample.ts'
import { textOf } from './text-of.ts'
import { explain, type Visibility } from './visibility.ts'

export interface AppWatchOptions {
  readonly hint: AppHint
  readonly clock: Clock
  /** How often kills are looked for where the kernel does not tell of them by itself (v1). */
  readonly killsEveryMs: number
  readonly smapsEveryMs: number
  /** Told whenever something else is seen than before. */
  readonly onVisible: (visibility: Visibility) => void
}

type AppLook = Pick<ResourceSample, 'scope' | 'life' | 'container' | 'process' | 'app'>

/** A killed process gives back its memory before it ends: seconds for some gigabytes, and more where its CPU is throttled. */
const DYING_MS = 10_000
/** Where the app itself lives on (a worker of it was killed), later failures have another reason. */
const FAILING_MS = 2_000
/** To see that nobody listens the kernel goes through its table of all connections, of the whole node: 10 ms on a large one. */
const LOOK_AGAIN_MS = 2_000

export class AppWatch {
  readonly #options: AppWatchOptions
  readonly #kills: KillWatch
  #sighting: Sighting
  /** Which app it is: another text, another life. */
  #identity: string
  #life = 1
  #isUp: boolean
  #aliveMs: number
  #soughtMs: number
  #exits = 0
  #crash: Crash | undefined
  #smaps: string | undefined
  #smapsDueMs = 0

  constructor(options: AppWatchOptions) {
    const { hint, clock, killsEveryMs, onVisible } = options
    this.#options = options
    this.#sighting = findApp(hint)
    this.#identity = identityText(this.#sighting)
    this.#isUp = isUp(this.#sighting)
    this.#aliveMs = clock.monotonicMs()
    this.#soughtMs = this.#aliveMs
    this.#kills = new KillWatch({ clock, everyMs: killsEveryMs, onKill: (kill) => this.#killed(kill) })
    this.#kills.follow(this.#sighting)
    onVisible(explain(this.#sighting))
  }

  get sighting(): Sighting {
    return this.#sighting
  }

  look(): AppLook {
    this.#kills.read()
    this.#checkLife()
    const { place, scope, process: owner } = this.#sighting
    const isThere = place !== undefined && identityOf(place) !== undefined
    const container =
      isThere && scope !== 'none' ? { scope, ...containerFigures(place, (path) => textOf(path)) } : undefined
    return {
      scope: container === undefined ? 'none' : scope,
      life: this.#life,
      container,
      process: owner && this.#isUp ? this.#lookAtProcess(owner.pid) : undefined,
      app: {
        isUp: this.#isUp,
        exits: this.#exits,
        oomKills: this.#kills.count,
        ...(this.#crash && { crash: this.#crash }),
      },
    }
  }

  /** For whoever has seen the app fail and may be faster than a runtime that removes what proves why. */
  readKills(): void {
    this.#kills.read()
  }

  stop(): void {
    this.#kills.stop()
  }

  /** smaps_rollup walks all pages of the app and holds its map meanwhile: read now and then. */
  #lookAtProcess(pid: number): ResourceSample['process'] {
    const { clock, smapsEveryMs } = this.#options
    if (clock.monotonicMs() >= this.#smapsDueMs) {
      this.#smaps = textOf(`/proc/${pid}/smaps_rollup`)
      this.#smapsDueMs = clock.monotonicMs() + smapsEveryMs
    }
    const read = (name: string): string | undefined =>
      name === 'smaps_rollup' ? this.#smaps : textOf(`/proc/${pid}/${name}`)
    return processFigures({ pid, read, openFds: openFdsOf(pid), uptime: textOf('/proc/uptime') })
  }

  /** Where its process is seen, that decides; where only its socket is, that it is there no more. */
  #checkLife(): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#isUp && this.#isStillThere()) {
      this.#aliveMs = nowMs
      return
    }
    const hasJustGone = this.#isUp
    if (hasJustGone) this.#exited(nowMs)
    this.#isUp = false
    if (!hasJustGone && nowMs - this.#soughtMs < LOOK_AGAIN_MS) return
    this.#soughtMs = nowMs
    this.#lookAgain(nowMs)
  }

  #isStillThere(): boolean {
    const { process: owner, listeners } = this.#sighting
    const { target } = this.#options.hint
    if (owner !== undefined) return isAlive(owner)
    const known = new Set(listeners.map(({ inode }) => inode))
    return target === undefined || listenersOf(target, known).some(({ inode }) => known.has(inode))
  }

  /** A kill that was just seen is the reason, and the crash has been told of already unless it might have been anybody's. */
  #exited(seenMonotonicMs: number): void {
    const kill = this.#kills.latest
    // In a cgroup that it shares the kill may have been another's: then only one that the end followed at once counts.
    const dyingMs = this.#sighting.scope === 'app' ? DYING_MS : FAILING_MS
    const isKilled = kill !== undefined && seenMonotonicMs - kill.seenMs <= dyingMs
    const isTold = isKilled && this.#crash?.seenMonotonicMs === kill.seenMs
    this.#exits++
    this.#crash = {
      count: (this.#crash?.count ?? 0) + (isTold ? 0 : 1),
      cause: isKilled ? 'app_oom_killed' : 'app_exited',
      afterMonotonicMs: isKilled ? Math.min(kill.afterMs, this.#aliveMs) : this.#aliveMs,
      seenMonotonicMs,
    }
  }

  /** Of the app alone: in a cgroup that it shares with others it takes the end of its process to tell whose it was. */
  #killed({ afterMs, seenMs }: Kill): void {
    if (this.#sighting.scope !== 'app') return
    this.#crash = {
      count: (this.#crash?.count ?? 0) + 1,
      cause: 'app_oom_killed',
      afterMonotonicMs: afterMs,
      seenMonotonicMs: seenMs,
      overMonotonicMs: seenMs + FAILING_MS,
    }
  }

  /** What is known of an app that has gone is kept until there is another. */
  #lookAgain(nowMs: number): void {
    const { hint, onVisible } = this.#options
    // Where nobody listens there is no owner to be looked for.
    if (hint.pid === undefined && (hint.target === undefined || listenersOf(hint.target).length === 0)) return
    const before = this.#sighting
    const found = findApp(hint)
    if (!isUp(found)) return
    this.#sighting = found
    this.#isUp = true
    this.#aliveMs = nowMs
    this.#smapsDueMs = 0
    if (this.#crash !== undefined) this.#crash = { ...this.#crash, overMonotonicMs: nowMs }
    if (isUp(before) && identityText(found) !== this.#identity) this.#life++
    this.#identity = identityText(found)
    this.#kills.follow(found)
    if (found.obstacle !== before.obstacle || found.scope !== before.scope) onVisible(explain(found))
  }
}

function isUp({ process: owner, listeners }: Pick<Sighting, 'process' | 'listeners'>): boolean {
  return owner !== undefined || listeners.length > 0
}

function identityText({ process: owner, listeners, place }: Sighting): string {
  const sockets = listeners.map(({ inode }) => inode).join()
  const who = owner === undefined ? sockets : `${owner.pid}:${owner.startedJiffies}`
  return `${who} ${place === undefined ? '' : (identityOf(place) ?? '')}`
}

/** Kernels from 6.2 on tell the number as a size, whatever it is; on others it takes a name for each. Nobody who listens has none. */
function openFdsOf(pid: number): number | undefined {
  const directory = `/proc/${pid}/fd`
  try {
    return statSync(directory).size || readdirSync(directory).length || undefined
  } catch {
    return undefined
  }
}
