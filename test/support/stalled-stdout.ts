/**
 * A process with a real observer whose stdout (descriptor 1) nobody reads: it hands over many exchanges, keeps looking at
 * its own event loop, closes, and tells on stderr what it saw. Started by test/observer/stdout.test.ts.
 */
import { createClock, every } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { HandOff } from './hand-off.ts'
import { exchangeOf } from './observed.ts'

const limits = { ...DEFAULT_LIMITS, dumpEveryMs: 20, dumpPendingBytesMax: 65_536 }
const clock = createClock()
const dump = { enabled: true, format: 'ndjson', full: false, colour: false } as const
const outbox = new HandOff({ clock, limits, changes: { dump }, say: (text) => console.error(`say ${text}`) })
const { ledger } = outbox

const keepAlive = setInterval(() => undefined, 1_000)
await outbox.ready()
let ticks = 0
const stop = every(clock, 5, () => ticks++)
for (let id = 0; id < 3_000; id++) {
  outbox.sink(exchangeOf(id))
  if (id % 100 === 0) await new Promise((resolve) => clock.after(10, () => resolve(undefined)))
}
stop()
const wasStalled = ledger.snapshot().dump
await outbox.close(300)
clearInterval(keepAlive)
console.error(`report ${JSON.stringify({ ticks, wasStalled, closed: ledger.snapshot() })}`)
