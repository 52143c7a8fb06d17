/** `node test/support/watch-app.ts HOST PORT`: what AppWatch sees, a line of JSON every 50 ms. For other users. */
import { createClock, every } from '../../src/clock.ts'
import { AppWatch } from '../../src/resources/app-watch.ts'

const [host = '', port = ''] = process.argv.slice(2)
const clock = createClock()
const watch = new AppWatch({
  ...{ hint: { target: { kind: 'tcp', host, port: Number(port) } }, clock, killsEveryMs: 20, smapsEveryMs: 60_000 },
  onVisible: () => {},
})
every(clock, 50, () => {
  const { scope, life, app, process: owner } = watch.look()
  console.log(JSON.stringify({ scope, life, app, pid: owner?.pid ?? null }))
})
// A Clock keeps no process alive.
process.stdin.resume()
