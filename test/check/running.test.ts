import { expect, test } from 'vitest'
import { isPodspansHealth, runningPodspan } from '../../src/check/running.ts'
import { configOf } from '../support/config.ts'
import { startSidecar } from '../support/sidecar.ts'
import { askingFor, desertedPort, http, ssh } from '../support/strangers.ts'

const running = (port: number) => runningPodspan(configOf({ target: '1', adminPort: String(port) }), askingFor())
const about = (text: string): Promise<number> => http((_, response) => void response.end(text))

test('a podspan tells what it is; of what it says nothing is a command to a terminal', async () => {
  const told = {
    version: '0.1.0\x1b[31m',
    target: 'localhost:8087',
    listen: { host: '0.0.0.0', port: 8080 },
    service: 'shop',
  }
  expect(await running(await about(JSON.stringify(told)))).toEqual({
    version: '0.1.0 [31m',
    target: 'localhost:8087',
    listen: { host: '0.0.0.0', port: 8080 },
  })
})

test.each(['', 'hello', 'null', '[]', '{}', '{"version":1}', '{"version":"1","target":"x","listen":null}', '{'])(
  'one that says %j is none',
  async (text) => {
    expect(await running(await about(text))).toBeUndefined()
  },
)

test('nobody, and somebody who speaks no HTTP', async () => {
  expect(await running(await desertedPort())).toBeUndefined()
  expect(await running(await ssh())).toBeUndefined()
  expect(await runningPodspan(configOf({ target: '1' }), askingFor())).toBeUndefined()
})

test('the health port of a real one is known, and any other is not', async () => {
  const sidecar = await startSidecar({ args: ['--port', '0', '--health-port', '0', '--target', '1', '--no-dump'] })
  expect(await isPodspansHealth({ host: '0.0.0.0', port: sidecar.healthPort ?? 0 }, askingFor())).toBe(true)
  expect(await isPodspansHealth({ host: '127.0.0.1', port: await about('podspan') }, askingFor())).toBe(false)
  expect(await sidecar.stop()).toBe(0)
})
