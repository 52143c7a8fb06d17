/**
 * A process with a real observer that dumps to stdout: hands over the exchanges given as JSON in its first argument with the
 * config changes in its second, closes, and ends by itself. Started by test/observer/worker.test.ts.
 */
import { createClock } from '../../src/clock.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { HandOff } from './hand-off.ts'

const [exchanges = '[]', changes = '{}'] = process.argv.slice(2)
const clock = createClock()
const limits = { ...DEFAULT_LIMITS, sampleEveryMs: 20 }
const say = (text: string): void => console.error(`say ${text}`)
const outbox = new HandOff({ clock, limits, changes: JSON.parse(changes), say })
const { ledger } = outbox

const keepAlive = setInterval(() => undefined, 1_000)
await outbox.ready()
// Long enough for a resource sample.
await new Promise((resolve) => setTimeout(resolve, 200))
for (const exchange of JSON.parse(exchanges)) outbox.sink(exchange)
clearInterval(keepAlive)
await outbox.close(5_000)
console.error(`books ${JSON.stringify(ledger.snapshot())}`)
