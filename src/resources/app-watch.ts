/**
 * Keeps an eye on the app: looks at its container and its process, notices that it has gone and that another one has come,
 * and counts what proves a crash. A runtime removes a killed container's cgroup at once, so kills are counted as they are
 * seen and the last reading is kept; what was not seen is never guessed.
 */
import { type FSWatcher, readdirSync, readFileSync, watch } from 'node:fs'
import { type Clock, every } from '../clock.ts'
import { type AppHint, findApp, identityOf, isAlive, listenersOf, type Sighting } from './app.ts'
import { containerFigures, oomKillsOf } from './cgroup.ts'
import { processFigures } from './process.ts'
import type { ResourceSample } from './sample.ts'
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

export class AppWatch {
  readonly #options: AppWatchOptions
  #sighting: Sighting
  /** Which app it is: another text, another life. */
  #identity: string
  #life = 1
  #isUp: boolean
  #exits = 0
  #oomKills = 0
  /** The count of the cgroup's own, where it was last read. */
  #lastKills: number | undefined
  #smaps: string | undefined
  #smapsDueMs = 0
  #events: FSWatcher | undefined
  #stopPolling: () => void = () => {}

  constructor(options: AppWatchOptions) {
    this.#options = options
    this.#sighting = findApp(options.hint)
    this.#identity = identityText(this.#sighting)
    this.#isUp = isUp(this.#sighting)
    this.#watchKills()
    options.onVisible(explain(this.#sighting))
  }

  get sighting(): Sighting {
    return this.#sighting
  }

  look(): AppLook {
    this.#countKills()
    this.#checkLife()
    const { place, scope, process } = this.#sighting
    const isThere = place !== undefined && identityOf(place) !== undefined
    const container =
      isThere && scope !== 'none' ? { scope, ...containerFigures(place, (path) => textOf(path)) } : undefined
    return {
      scope: container === undefined ? 'none' : scope,
      life: this.#life,
      container,
      process: process && this.#isUp ? this.#lookAtProcess(process.pid) : undefined,
      app: { isUp: this.#isUp, exits: this.#exits, oomKills: this.#oomKills },
    }
  }

  stop(): void {
    this.#events?.close()
    this.#stopPolling()
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
    if (this.#isUp && this.#isStillThere()) return
    if (this.#isUp) this.#exits++
    this.#isUp = false
    this.#lookAgain()
  }

  #isStillThere(): boolean {
    const { process, listeners } = this.#sighting
    const { target } = this.#options.hint
    if (process !== undefined) return isAlive(process)
    const known = new Set(listeners.map(({ inode }) => inode))
    return target === undefined || listenersOf(target, known).some(({ inode }) => known.has(inode))
  }

  /** What is known of an app that has gone is kept until there is another. */
  #lookAgain(): void {
    const { hint, onVisible } = this.#options
    // To look for the owner of a socket is dear; where nobody listens there is none.
    if (hint.pid === undefined && (hint.target === undefined || listenersOf(hint.target).length === 0)) return
    const before = this.#sighting
    const found = findApp(hint)
    if (!isUp(found)) return
    this.#sighting = found
    this.#isUp = true
    if (isUp(before) && identityText(found) !== this.#identity) this.#life++
    this.#identity = identityText(found)
    this.#watchKills()
    if (found.obstacle !== before.obstacle || found.scope !== before.scope) onVisible(explain(found))
  }

  /** v2 wakes whoever watches memory.events; v1 tells nobody without a descriptor that Node can't make. */
  #watchKills(): void {
    const { clock, killsEveryMs } = this.#options
    this.stop()
    this.#smapsDueMs = 0
    this.#lastKills = undefined
    this.#countKills()
    const { place } = this.#sighting
    if (place === undefined) return
    const count = (): void => this.#countKills()
    this.#events = place.version === 'v2' ? watched(`${place.directory}/memory.events`, count) : undefined
    if (this.#events === undefined) this.#stopPolling = every(clock, killsEveryMs, count)
  }

  #countKills(): void {
    const { place, scope } = this.#sighting
    // In a whole pod it may be anybody's.
    const kills = place === undefined || scope === 'pod' ? undefined : oomKillsOf(place, textOf)
    if (kills === undefined) return
    this.#oomKills += Math.max(0, kills - (this.#lastKills ?? kills))
    this.#lastKills = kills
  }
}

function isUp({ process, listeners }: Pick<Sighting, 'process' | 'listeners'>): boolean {
  return process !== undefined || listeners.length > 0
}

function identityText({ process, listeners, place }: Sighting): string {
  const sockets = listeners.map(({ inode }) => inode).join()
  const who = process === undefined ? sockets : `${process.pid}:${process.startedJiffies}`
  return `${who} ${place === undefined ? '' : (identityOf(place) ?? '')}`
}

function openFdsOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}

function watched(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange)
    // The cgroup is gone, and what could be read of it has been.
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
