/**
 * What follows a 101: both connections joined, with what each side had said too early, and recorded when that ends. Only a
 * WebSocket is looked at while it passes.
 */
import type { Recorder } from './recorder.ts'
import { type Splice, type SpliceEnd, splice, spliceError } from './splice.ts'
import { WebSocketWatch } from './websocket-frames.ts'
import type { Wire } from './wire.ts'

export interface Upgraded {
  readonly protocol: string
  /** What came from the client behind its request, and from the origin behind its 101. */
  readonly ahead: Buffer
  readonly early: Buffer
  readonly recorder: Recorder
}

/** Both wires must come without listeners of a life before. */
export function spliceUpgraded(client: Wire, origin: Wire, { protocol, ahead, early, recorder }: Upgraded): Splice {
  const watch = protocol.trim().toLowerCase() === 'websocket' ? new WebSocketWatch() : undefined
  if (watch !== undefined) {
    // In the order in which they came: who closed first is told by it.
    watch.fromClient(ahead)
    watch.fromOrigin(early)
  }
  if (ahead.length > 0) origin.write(ahead)
  if (early.length > 0) client.write(early)
  const done = (end: SpliceEnd): void => {
    const bytes = { bytesIn: end.bytesIn + ahead.length, bytesOut: end.bytesOut + early.length }
    recorder.upgrade = { protocol, ...bytes, ...watch?.counts() }
    recorder.finish(end.outcome, spliceError(end))
  }
  return splice(client, origin, done, watch)
}
