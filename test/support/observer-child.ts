/**
 * A process with a real observer that dumps to stdout: hands over the exchanges given as JSON in its first argument with the
 * config changes in its second, closes, and ends by itself. Started by test/observer/worker.test.ts.
 */
import { createClock } from '../../src/clock.ts'
import { Ledger } from '../../src/ledger.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { Outbox } from '../../src/tunnel/outbox.ts'
import { setupOf } from './observed.ts'

const [exchanges = '[]', changes = '{}'] = process.argv.slice(2)
const clock = createClock()
const ledger = new Ledger()
const limits = { ...DEFAULT_LIMITS, sampleEveryMs: 20 }
const setup = setupOf(ledger, clock, { limits, ...JSON.parse(changes) })
const workerUrl = new URL('../../src/observer/worker.ts', import.meta.url)
const outbox = new Outbox({ setup, workerUrl, ledger, clock, limits, say: (text) => console.error(`say ${text}`) })

const keepAlive = setInterval(() => undefined, 1_000)
await outbox.ready()
// Long enough for a resource sample.
await new Promise((resolve) => setTimeout(resolve, 200))
for (const exchange of JSON.parse(exchanges)) outbox.sink(exchange)
clearInterval(keepAlive)
await outbox.close(5_000)
console.error(`books ${JSON.stringify(ledger.snapshot())}`)
