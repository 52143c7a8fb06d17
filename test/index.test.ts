import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Ambassador, type EventDecorator, type Tunnel } from '../src/index.ts'

let app: Server
let tunnel: Tunnel | undefined
beforeAll(async () => {
  process.env.PODSPAN_DUMP = 'false'
  app = createServer(async (request, response) => {
    const [, status = '200', delayMs = '0'] = request.url?.split('/') ?? []
    await sleep(Number(delayMs))
    response.writeHead(Number(status)).end(`the app's ${status}`)
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await tunnel?.close()
  app.close()
})

async function start(decorators: Record<string, EventDecorator>): Promise<number> {
  await tunnel?.close()
  tunnel = new Ambassador({ port: 0, target: (app.address() as AddressInfo).port }).tunnel(decorators)
  return (await tunnel.listening).port
}

function ask(port: number, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      let body = ''
      response.on('data', (bytes) => {
        body += bytes
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    }).on('error', reject)
  })
}

const NOT_FOUND = `
HTTP/1.0 404 Not Found
Content-Type: text/html
Content-Length: 1

<h1>not here</h1>`

describe('the Ambassador', () => {
  test('overrides the 404 page, and leaves every other answer alone', async () => {
    const override_404: EventDecorator = ({ service, server }) => {
      service.on('http:404', () => server.respond(NOT_FOUND))
    }
    const port = await start({ override_404 })
    expect(await ask(port, '/404')).toEqual({ status: 404, body: '<h1>not here</h1>' })
    expect(await ask(port, '/200')).toEqual({ status: 200, body: "the app's 200" })
    expect(await ask(port, '/503')).toEqual({ status: 503, body: "the app's 503" })
  })

  test('50 overlapping requests: every latency and status belongs to its own request', async () => {
    const seen: { resource: string; status: string; ms: number }[] = []
    const telemetry: EventDecorator = ({ service, server }) => {
      let resource = ''
      let started = 0
      server.on('http:data', ({ HTTPResource }) => {
        resource = HTTPResource
        started = performance.now()
      })
      service.on('http:data', ({ status }) => {
        seen.push({ resource, status, ms: performance.now() - started })
      })
    }
    const port = await start({ telemetry })
    const paths = Array.from({ length: 50 }, (_, each) => `/${[200, 201, 404, 500][each % 4]}/${(each * 37) % 400}`)
    const answers = await Promise.all(paths.map((path) => ask(port, path)))
    expect(seen).toHaveLength(50)
    for (const [index, path] of paths.entries()) {
      const [, status = '', delayMs = ''] = path.split('/')
      const record = seen.find(({ resource }) => resource === path)
      expect(answers[index]?.status).toBe(Number(status))
      expect(record?.status).toBe(status)
      // Never shorter than what the app really took, and never another request's time.
      expect(record?.ms).toBeGreaterThan(Number(delayMs) - 5)
      expect(record?.ms).toBeLessThan(Number(delayMs) + 2_000)
    }
    const byDelay = seen.toSorted((a, b) => delayOf(a.resource) - delayOf(b.resource))
    expect((byDelay.at(-1)?.ms ?? 0) - (byDelay[0]?.ms ?? 0)).toBeGreaterThan(200)
  })

  test('one that throws is bypassed: the app’s own answer goes through', async () => {
    const bad: EventDecorator = ({ service }) => {
      service.on('http:data', () => {
        throw new Error('boom')
      })
    }
    expect(await ask(await start({ bad }), '/404')).toEqual({ status: 404, body: "the app's 404" })
  })

  test('starts the same composition: the books count, close() ends it, no signal handler is left', async () => {
    const before = process.listenerCount('SIGTERM')
    const port = await start({})
    await ask(port, '/200')
    expect(process.listenerCount('SIGTERM')).toBe(before)
    await tunnel?.close()
    expect(tunnel?.ledger()?.exchange).toMatchObject({ created: 1, exported: 1, queued: 0 })
    await expect(ask(port, '/200')).rejects.toThrow('ECONNREFUSED')
  })

  test('a configuration that cannot be understood throws at once, with every reason', () => {
    expect(() => new Ambassador({ port: 99_999, target: 'nowhere' }).tunnel({})).toThrow(/--port[\s\S]*--target/)
  })
})

const delayOf = (path: string): number => Number(path.split('/')[2])

test('functions and several data threads are refused, with what is allowed', () => {
  process.env.PODSPAN_THREADS = '2'
  try {
    const ambassador = new Ambassador({ port: 0, target: (app.address() as AddressInfo).port })
    expect(() => ambassador.tunnel({ idle: () => {} })).toThrow(
      /2 data threads\. Allowed: one thread; or .*PODSPAN_DECORATORS/,
    )
  } finally {
    delete process.env.PODSPAN_THREADS
  }
})
