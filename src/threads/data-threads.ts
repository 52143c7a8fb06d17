/**
 * Several data threads on one port: the kernel deals the connections out (SO_REUSEPORT), and nothing of the traffic comes by
 * the thread that starts them.
 */
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { ThreadMemory } from '../handoff.ts'
import { countMemory } from '../tunnel/connection-count.ts'
import { takenBy } from '../tunnel/listen.ts'
import type { Data, DataFailure } from './data.ts'
import { DataThread, type DataThreadOptions } from './data-thread.ts'

export interface DataThreadsOptions
  extends Pick<DataThreadOptions, 'workerUrl' | 'observer' | 'join' | 'failed' | 'say'> {
  readonly config: Config
  readonly memories: readonly ThreadMemory[]
  readonly clock: Clock
}

/** Resolves when every thread has loaded its decorators. */
export async function startDataThreads(options: DataThreadsOptions): Promise<Data | DataFailure> {
  const { config, memories, clock } = options
  const connections = countMemory(memories.length)
  const threads = memories.map((memory, index) => {
    const setup = { config, anchor: clock.anchor, index, memory, connections }
    return new DataThread({ ...options, setup })
  })
  const stop = async (withinMs: number): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.stop(withinMs, config.limits.threadStopMs)))
  }
  const failures = await Promise.all(threads.map((thread) => thread.start()))
  const failure = failures.find((each) => each !== undefined)
  if (failure !== undefined) {
    await stop(0)
    return failure
  }
  return {
    producers: threads,
    listen: () => listenAll(threads, config),
    isListening: () => threads.some((thread) => thread.isListening),
    flush() {},
    stop,
  }
}

async function listenAll(threads: readonly DataThread[], { listen }: Config): ReturnType<Data['listen']> {
  // With SO_REUSEPORT a second podspan would share the port with the first, and the traffic too, and nobody would say so.
  const taken = listen.port === 0 ? undefined : await takenBy(listen)
  if (taken !== undefined) return taken
  const [first, ...others] = threads
  const bound = await first?.listen(listen.port)
  if (bound === undefined || bound.kind !== 'listening') return bound ?? { kind: 'thread-ended', how: 'no data thread' }
  const rest = await Promise.all(others.map((thread) => thread.listen(bound.port)))
  const failure = rest.find((each) => each.kind !== 'listening')
  return failure ?? { host: bound.host, port: bound.port }
}
