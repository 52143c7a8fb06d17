/**
 * Counts the processes of one cgroup that the kernel kills for want of memory. A runtime removes a killed container's cgroup
 * at once and the next one starts at zero, so kills are counted as they happen and the count is kept.
 */
import { type FSWatcher, watch } from 'node:fs'
import { type Clock, every } from '../clock.ts'
import type { Sighting } from './app.ts'
import { oomFileOf, oomKillsOf } from './cgroup.ts'
import { HeldText } from './held-text.ts'

/** It happened between these two readings. */
export interface Kill {
  readonly afterMs: number
  readonly seenMs: number
}

export interface KillWatchOptions {
  readonly clock: Clock
  /** How often it is read where the kernel tells nobody (v1). */
  readonly everyMs: number
  readonly onKill: (kill: Kill) => void
}

export class KillWatch {
  readonly #options: KillWatchOptions
  #text: HeldText | undefined
  /** The cgroup's own count, where it was last read. */
  #reading: { readonly kills: number; readonly atMs: number } | undefined
  #events: FSWatcher | undefined
  #stopPolling: () => void = () => {}
  /** Of all cgroups that were followed. */
  count = 0
  latest: Kill | undefined

  constructor(options: KillWatchOptions) {
    this.#options = options
  }

  /** v2 wakes whoever watches memory.events; v1 tells nobody without a descriptor that Node can't make. */
  follow({ place, scope }: Pick<Sighting, 'place' | 'scope'>): void {
    const { clock, everyMs } = this.#options
    this.stop()
    // In a whole pod it may be anybody's.
    const path = place === undefined || scope === 'pod' ? undefined : oomFileOf(place)
    this.#text = path === undefined ? undefined : new HeldText(path)
    this.#reading = undefined
    this.read()
    if (path === undefined) return
    const read = (): void => this.read()
    this.#events = place?.version === 'v2' ? watched(path, read) : undefined
    if (this.#events === undefined) this.#stopPolling = every(clock, everyMs, read)
  }

  read(): void {
    const kills = oomKillsOf(this.#text?.read())
    if (kills === undefined) return
    const atMs = this.#options.clock.monotonicMs()
    const before = this.#reading
    this.#reading = { kills, atMs }
    if (before === undefined || kills <= before.kills) return
    this.count += kills - before.kills
    this.latest = { afterMs: before.atMs, seenMs: atMs }
    this.#options.onKill(this.latest)
  }

  stop(): void {
    this.#events?.close()
    this.#stopPolling()
    this.#text?.close()
    this.#text = undefined
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
