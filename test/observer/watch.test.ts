/** The rest of the wiring is proved with a real container in test/e2e/container.test.ts. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/limits.ts'
import { startWatch } from '../../src/observer/watch.ts'
import type { CrashReport } from '../../src/resources/sample.ts'
import { ManualClock } from '../support/observed.ts'

const SERVER = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

it.runIf(process.platform === 'linux')('an app that goes down while it is looked at for the first time', async () => {
  const app = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(app.stdout, 'data')
  // What is visible is said when the app has been found, and before the first look at it.
  const killed = (): void => {
    app.kill('SIGKILL')
    // With its last thread, of which the stat tells how many there are.
    while (!/\) Z (?:\S+ ){16}1 /.test(readFileSync(`/proc/${app.pid}/stat`, 'utf8')));
  }
  const crashes: CrashReport[] = []
  const clock = new ManualClock()
  const watch = startWatch({
    clock,
    limits: DEFAULT_LIMITS,
    app: { target: { kind: 'tcp', host: '127.0.0.1', port: Number(line) }, pid: undefined, cgroup: undefined },
    inflight: () => [],
    onSample: () => {},
    onCrash: (report) => void crashes.push(report),
    sink: () => {},
    say: killed,
  })
  await clock.pass(DEFAULT_LIMITS.sampleEveryMs)
  watch.stop()
  expect(crashes.map(({ crash }) => crash.cause)).toEqual(['app_exited'])
})
