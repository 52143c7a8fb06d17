import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClock } from '../../src/clock.ts'
import { type Demo, startDemo } from '../../src/demo/service.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

// An app behind podspan passes its own tests, or podspan is not transparent.
describe.each(['by itself', 'behind podspan'])('the demo %s', (where) => {
  let demo: Demo
  let sidecar: RunningSidecar | undefined
  let port: number
  beforeAll(async () => {
    demo = await startDemo({ clock: createClock() })
    if (where === 'behind podspan') {
      sidecar = await startSidecar({ args: ['--port', '0', '--target', `${demo.port}`, '--no-dump'] })
    }
    port = sidecar?.port ?? demo.port
  })
  afterAll(async () => {
    await sidecar?.stop('SIGKILL')
    await demo.close()
  })

  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, init)

  it.each([
    ['/', 'GET', 200, 'text/plain'],
    ['/?token=x', 'GET', 200, 'text/plain'],
    ['/users', 'GET', 200, 'application/json'],
    ['/files/logo.png', 'GET', 200, 'image/png'],
    ['/stream', 'GET', 200, 'text/plain'],
    ['/echo', 'GET', 405, 'text/plain'],
    ['/missing', 'GET', 404, 'text/plain'],
    ['/constructor', 'GET', 404, 'text/plain'],
  ])('%s by %s is %i, %s', async (path, method, status, type) => {
    const response = await get(path, { method })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe(type)
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
  })

  it('says that it is the demo', async () => {
    expect(await (await get('/')).text()).toContain("podspan's demo service")
  })

  it('has JSON that parses and a PNG that is one', async () => {
    expect(await (await get('/users')).json()).toContainEqual({ id: 1, name: 'Ada' })
    const logo = Buffer.from(await (await get('/files/logo.png')).arrayBuffer())
    expect(logo.subarray(1, 4).toString()).toBe('PNG')
  })

  it('echoes a body of any size, with its type', async () => {
    const body = Buffer.alloc(300_000, 'podspan ')
    const response = await get('/echo', { method: 'POST', body, headers: { 'content-type': 'application/x-bytes' } })
    expect(response.headers.get('content-type')).toBe('application/x-bytes')
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  it('streams in chunks that come one after the other', async () => {
    const response = await get('/stream')
    expect(response.headers.get('transfer-encoding')).toBe('chunked')
    const chunks: string[] = []
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString())
    expect(chunks.length).toBeGreaterThan(1)
    expect(chunks.join('')).toBe([1, 2, 3, 4, 5].map((number) => `chunk ${number} of 5\n`).join(''))
  })

  it('fails now and then at /flaky', async () => {
    const statuses = []
    for (let count = 0; count < 8; count++) statuses.push((await get('/flaky')).status)
    expect(new Set(statuses)).toEqual(new Set([200, 500]))
  })

  it('takes 200 to 600 ms for /slow, by its clock', async () => {
    const delays: number[] = []
    const clock = createClock()
    const after = (delayMs: number, callback: () => void): (() => void) => {
      delays.push(delayMs)
      return clock.after(0, callback)
    }
    const hurried = await startDemo({ clock: { ...clock, after } })
    for (let count = 0; count < 20; count++) await (await fetch(`http://127.0.0.1:${hurried.port}/slow`)).text()
    await hurried.close()
    expect(new Set(delays).size).toBeGreaterThan(10)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(200)
    expect(Math.max(...delays)).toBeLessThanOrEqual(600)
  })

  it('closes with requests under way', async () => {
    const clock = createClock()
    const asked = Promise.withResolvers<void>()
    const after = (delayMs: number, callback: () => void): (() => void) => {
      asked.resolve()
      return clock.after(delayMs, callback)
    }
    const closing = await startDemo({ clock: { ...clock, after } })
    const cut = fetch(`http://127.0.0.1:${closing.port}/slow`).then(
      () => 'answered',
      () => 'cut',
    )
    await asked.promise
    await closing.close()
    expect(await cut).toBe('cut')
  })
})
