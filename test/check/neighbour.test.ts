/** Who stands there: the real ones, and a page of anybody's. */
import { describe, expect, test } from 'vitest'
import { neighbourAt } from '../../src/check/neighbour.ts'
import { missing, startJaeger, startPrometheus } from '../support/backends.ts'
import { askingFor, desertedPort, http, ssh } from '../support/strangers.ts'

const at = (url: string) => neighbourAt(url, {}, askingFor())

test('a page by its title, which is no command to a terminal', async () => {
  const port = await http((_, response) => void response.end(`<title>Grafana \x1b[2J${'!'.repeat(100)}</title>`))
  expect(await at(`http://127.0.0.1:${port}/v1/traces`)).toEqual({
    kind: 'page',
    title: `Grafana [2J${'!'.repeat(49)}...`,
  })
})

test('nobody that is known', async () => {
  const port = await http((_, response) => void response.writeHead(404).end('404 page not found'))
  expect(await at(`http://127.0.0.1:${port}/`)).toBeUndefined()
  expect(await at(`http://127.0.0.1:${await desertedPort()}/`)).toBeUndefined()
  expect(await at(`http://127.0.0.1:${await ssh()}/`)).toBeUndefined()
})

const why = missing('jaeger') ?? missing('prometheus')
if (why !== undefined) console.warn(why)
describe.skipIf(why !== undefined)('the real ones', () => {
  test("Jaeger's query port", async () => {
    const jaeger = await startJaeger()
    expect(await at(`http://127.0.0.1:${jaeger.ports[2]}/v1/traces`)).toEqual({ kind: 'jaeger' })
    await jaeger.stop()
  })

  test('Prometheus', async () => {
    const prometheus = await startPrometheus()
    expect(await at(prometheus.otlpMetrics)).toEqual({ kind: 'prometheus' })
    await prometheus.stop()
  })
})
