import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClock } from '../../src/clock.ts'
import { type Demo, startDemo, TEMPLATES } from '../../src/demo/service.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

// An app behind podspan passes its own tests, or podspan is not transparent.
describe.each(['by itself', 'behind podspan'])('the shop %s', (where) => {
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
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
  const post = (path: string, body: string | Buffer): Promise<Response> => get(path, { method: 'POST', body })

  it.each([
    ['/', 'GET', 200, 'text/html; charset=utf-8'],
    ['/?token=x', 'GET', 200, 'text/html; charset=utf-8'],
    ['/products', 'GET', 200, 'application/json'],
    ['/products/7', 'GET', 200, 'application/json'],
    ['/products/99', 'GET', 404, 'application/json'],
    ['/products/7/', 'GET', 404, 'application/json'],
    ['/images/7.svg', 'GET', 200, 'image/svg+xml'],
    ['/search?q=lamp', 'GET', 200, 'application/json'],
    ['/go/spring', 'GET', 302, 'text/plain'],
    ['/cart', 'GET', 200, 'application/json'],
    ['/account', 'GET', 401, 'application/json'],
    ['/checkout', 'GET', 405, 'application/json'],
    ['/products', 'DELETE', 405, 'application/json'],
    ['/missing', 'GET', 404, 'application/json'],
    ['/constructor', 'GET', 404, 'application/json'],
    ['//?', 'GET', 404, 'application/json'],
    ['/chat', 'GET', 404, 'application/json'],
  ])('%s by %s is %i, %s', async (path, method, status, type) => {
    const response = await get(path, { method })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe(type)
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
  })

  it('has a front page whose links and pictures are all there', async () => {
    const page = await (await get('/')).text()
    const paths = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(10)
    for (const path of paths.filter((each) => each !== '/orders/feed')) {
      const { status } = await get(path)
      expect([200, 302, ...(path === '/account' ? [401] : path === '/missing' ? [404] : [])], path).toContain(status)
    }
  })

  it('finds products, of a category and by a word', async () => {
    expect(await (await get('/products?category=kitchen')).json()).toMatchObject([{ name: 'Teapot' }, { name: 'Mug' }])
    expect(await (await get('/search?q=lamp')).json()).toMatchObject({
      found: [{ name: 'Reading lamp' }, { name: 'Floor lamp' }],
    })
  })

  it('lets in who knows the password', async () => {
    expect((await post('/login', '{"user":"ada","password":"guess"}')).status).toBe(401)
    const response = await post('/login', '{"user":"ada","password":"podspan"}')
    expect(response.status).toBe(200)
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await get('/account', { headers: { cookie } })).status).toBe(200)
  })

  it('takes a body, and none that is too large or no JSON', async () => {
    expect(await (await post('/uploads', Buffer.alloc(300_000))).json()).toEqual({ bytes: 300_000 })
    expect((await post('/uploads', Buffer.alloc(1_048_577))).status).toBe(413)
    expect(await (await post('/cart/items', '{"product":7}')).json()).toEqual({ added: { product: 7 } })
    expect((await post('/cart/items', 'a teapot')).status).toBe(400)
  })

  it('exports its orders in chunks, and breaks off once in a while', async () => {
    const response = await get('/exports/orders.csv')
    expect(response.headers.get('transfer-encoding')).toBe('chunked')
    const chunks: string[] = []
    for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString())
    expect(chunks.length).toBeGreaterThan(1)
    expect(chunks.join('').trim().split('\n')).toHaveLength(201)
    const endings: string[] = []
    for (let count = 0; count < 5; count++) {
      const ending = get('/exports/orders.csv').then((again) => again.text())
      endings.push(
        await ending.then(
          () => 'whole',
          () => 'broken',
        ),
      )
    }
    expect(endings.sort()).toEqual(['broken', 'whole', 'whole', 'whole', 'whole'])
  })

  it('tells of orders as they come', async () => {
    const response = await get('/orders/feed')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.split('\n\n').length > 2) break
    }
    expect(text).toMatch(/^id: 1\nevent: order\ndata: \{"order":1001,.*\}\n\nid: 2\n/)
  })

  it('has a help desk where everybody hears everybody', async () => {
    const guests = [1, 2].map(() => new WebSocket(`ws://127.0.0.1:${port}/chat`))
    const heard = guests.map((guest) => {
      const texts: string[] = []
      guest.on('message', (message) => texts.push(String(message)))
      return texts
    })
    await Promise.all(guests.map((guest) => once(guest, 'open')))
    guests[0]?.send('good morning')
    await expect.poll(() => heard.filter((texts) => texts.includes('good morning')).length).toBe(2)
    expect(heard[0]?.[0]).toBe('how can we help?')
    guests[0]?.close(1_000)
    expect((await once(guests[0] as WebSocket, 'close'))[0]).toBe(1_000)
    guests[1]?.terminate()
    const stranger = new WebSocket(`ws://127.0.0.1:${port}/elsewhere`)
    expect(String((await once(stranger, 'error'))[0])).toContain('404')
  })
})

describe('the shop', () => {
  /** Each delay is noted and over at once. */
  async function hurried() {
    const delays: number[] = []
    const clock = createClock()
    const after = (delayMs: number, callback: () => void): (() => void) => {
      if (delayMs < 2_000) delays.push(delayMs)
      return clock.after(delayMs === 2_000 ? 2_000 : 0, callback)
    }
    const demo = await startDemo({ clock: { ...clock, after } })
    return { demo, delays, url: `http://127.0.0.1:${demo.port}` }
  }

  it('searches fast, but for one in six, which is slow', async () => {
    const { demo, delays, url } = await hurried()
    for (let count = 0; count < 12; count++) await (await fetch(`${url}/search`)).text()
    await demo.close()
    const slow = delays.filter((delayMs) => delayMs >= 700)
    expect([delays.length, slow.length]).toEqual([12, 2])
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_600)
    expect(Math.max(...delays.filter((delayMs) => delayMs < 700))).toBeLessThanOrEqual(45)
  })

  it('is paid, but for a provider that stalls and fails in turn', async () => {
    const { demo, url } = await hurried()
    const answers: Response[] = []
    for (let count = 0; count < 6; count++)
      answers.push(await fetch(`${url}/checkout`, { method: 'POST', body: '{"cart":1}' }))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 500, 201, 503])
    expect(answers[5]?.headers.get('retry-after')).toBe('5')
    await demo.close()
  })

  it('has a template for each of its paths', () => {
    expect(TEMPLATES).toEqual(expect.arrayContaining(['/', '/products/{id}', '/orders/feed', '/chat']))
    expect(new Set(TEMPLATES).size).toBe(TEMPLATES.length)
  })

  it('closes with requests, streams and conversations under way', async () => {
    const demo = await startDemo({ clock: createClock() })
    const url = `http://127.0.0.1:${demo.port}`
    const feed = await fetch(`${url}/orders/feed`)
    const chat = new WebSocket(`ws://127.0.0.1:${demo.port}/chat`)
    await once(chat, 'open')
    const gone = once(chat, 'close')
    await demo.close()
    await expect(feed.text()).rejects.toThrow()
    expect((await gone)[0]).toBe(1_006)
  })
})
