/**
 * The entry of the observer thread: hears what the main thread and the data threads say, and has it done. What is done is
 * observe.ts.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { createClock } from '../clock.ts'
import type { FromObserver, ObserverBirth, ToObserver } from '../handoff.ts'
import { OBSERVER_NICENESS, standBehindTraffic } from '../helper-threads.ts'
import { DataPorts } from './data-ports.ts'
import { observe } from './observe.ts'

/** Holds the thread still, or ends it as a bug would: nothing may catch what is thrown here. */
function drill(what: 'block' | 'die', forMs: number): void {
  if (what === 'die') throw new Error('a drill: the observer dies')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, forMs)
}

function main(port: MessagePort, birth: ObserverBirth): void {
  const { setup, ports, written } = birth
  standBehindTraffic(0, OBSERVER_NICENESS)
  const tell = (message: FromObserver): void => port.postMessage(message)
  const observer = observe(birth, (text) => tell({ kind: 'say', text }))
  const dataPorts = new DataPorts(
    createClock(setup.anchor),
    observer.take,
    ports as readonly unknown[] as readonly MessagePort[],
  )
  port.on('message', (message: ToObserver) => {
    if (message.kind === 'thread') dataPorts.open(message.index, message.port as unknown as MessagePort)
    else if (message.kind === 'drill' && setup.config.drills) drill(message.what, message.forMs)
    else if (message.kind === 'fatal') {
      dataPorts.empty()
      observer.fatal(message)
      announce(new Int32Array(written))
    } else if (message.kind === 'shutdown') {
      dataPorts.empty()
      observer.stop(message.withinMs).then(() => tell({ kind: 'flushed' }))
    }
  })
  observer.admin?.then(tell, (error) => tell({ kind: 'no-admin', code: String(error) }))
  observer.loaded.then(() => tell({ kind: 'ready' }))
}

/** To a thread that holds still for it. */
function announce(written: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(written, 0, 1)
  Atomics.notify(written, 0)
}

if (parentPort !== null) main(parentPort, workerData)
