/** The entry of a data thread that is a worker: loads its decorators, then does as it is told. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { createClock } from '../clock.ts'
import { loadDecorators } from '../decorators/load.ts'
import type { DataThreadSetup, FromDataThread, ToDataThread } from '../handoff.ts'
import { createDataPath, type DataPath } from './data-path.ts'

async function main(port: MessagePort, setup: DataThreadSetup): Promise<void> {
  const tell = (message: FromDataThread): void => port.postMessage(message)
  const say = (text: string): void => tell({ kind: 'say', text })
  const loaded = await loadDecorators(setup.config.decorators, say)
  if (!loaded.ok) return tell({ kind: 'bad-decorators', problems: loaded.problems })
  const clock = createClock(setup.anchor)
  const path = createDataPath({ ...setup, clock, decorators: loaded.decorators, say })
  port.on('message', (message: ToDataThread) => obey(message, path, tell))
  tell({ kind: 'loaded' })
}

async function obey(message: ToDataThread, path: DataPath, tell: (message: FromDataThread) => void): Promise<void> {
  if (message.kind === 'connect') path.outbox.connect(message.port, message.observer)
  else if (message.kind === 'disconnect') path.outbox.disconnect(message.reason)
  else if (message.kind === 'listen') {
    const bound = await path.listen(message.port)
    if ('kind' in bound) tell(bound)
    else tell({ kind: 'listening', host: bound.host, port: bound.port })
  } else {
    await path.stop(message.withinMs)
    tell({ kind: 'stopped' })
  }
}

if (parentPort !== null) await main(parentPort, workerData)
