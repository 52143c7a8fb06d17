import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, createClock } from '../../src/clock.ts'
import { RETRY_MS, SILENCE_MS } from '../../src/terminal/bounds.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { top } from '../../src/terminal/top.ts'
import {
  type AdminServer,
  eventText,
  HELLO,
  json,
  type Routes,
  startAdminServer,
  tickOf,
} from '../support/admin-server.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'
import { ManualClock } from '../support/observed.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const route = { method: 'GET', count: 9, errors: 1, perSecond: 3, errorsPerSecond: 0 }

const open: AdminServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

function tick(path: string): string {
  return eventText('tick', tickOf({ routes: [{ ...route, route: path }] }))
}

async function start(
  live: (response: ServerResponse) => void,
  { once = false, clock = createClock(), ...changes }: Partial<Terminal> & { once?: boolean; clock?: Clock } = {},
) {
  const routes: Routes = { '/live': live }
  const server = await startAdminServer(routes)
  open.push(server)
  const terminal = fakeTerminal({ isTty: true, ...changes })
  return { server, terminal, code: top({ admin: server.url, once }, terminal, clock) }
}

describe('top', () => {
  it('shows nothing of who is no sidecar', async () => {
    const hostile = { ...tickOf(), routes: [{ ...route, route: '/', perSecond: '\u001b[2J' }] }
    const { terminal, code } = await start((asked) =>
      asked.write(eventText('hello', HELLO) + eventText('tick', hostile)),
    )
    expect(await code).toBe(69)
    expect(terminal.written()).toBe('')
    expect(terminal.said()).toContain('is no admin port of podspan')
  })

  it('draws in the same place, on a screen of its own, which it gives back', async () => {
    let response: ServerResponse | undefined
    const { server, terminal, code } = await start((asked) => {
      response = asked
      asked.write(eventText('hello', HELLO) + tick('/one'))
    })
    await terminal.until(() => terminal.written().includes('/one'))
    response?.write(tick('/two'))
    await terminal.until(() => terminal.written().includes('/two'))
    terminal.stop()
    expect(await code).toBe(0)
    const text = terminal.written()
    expect([text.startsWith(`${ENTER}\u001b[H`), text.endsWith(LEAVE)]).toEqual([true, true])
    expect(text.split(ENTER)).toHaveLength(2)
    expect(text.split('\u001b[H')).toHaveLength(3)
    // As many lines as there is room for: no more, or the screen would roll.
    for (const drawn of text.split('\u001b[H').slice(1)) expect(drawn.split('\n').length).toBeLessThanOrEqual(20)
    expect(server.asked).toEqual(['/live?where=%21id'])
    expect(terminal.said()).toBe('')
  })

  it.each([
    { once: true, isTty: true, colour: true },
    { once: false, isTty: false, colour: true },
  ])('prints once, and nothing that a terminal obeys: %j', async (changes) => {
    const { terminal, code } = await start(
      (response) => response.write(eventText('hello', HELLO) + tick('/one')),
      changes,
    )
    expect(await code).toBe(0)
    expect(terminal.written()).toMatch(/^podspan 0\.1\.0: shop[\x20-\x7e\n·]*\/one[^/]*\n$/)
  })

  it('prints every route, however small the terminal is', async () => {
    const routes = Array.from({ length: 50 }, (_, at) => ({ ...route, route: `/${at}` }))
    const { terminal, code } = await start(
      (response) => response.write(eventText('hello', HELLO) + eventText('tick', tickOf({ routes }))),
      { once: true },
    )
    expect(await code).toBe(0)
    expect(terminal.written().match(/ \/\d+ /g)).toHaveLength(50)
  })

  it('stays on the screen when the sidecar goes, says so there, and goes on when it is back', async () => {
    const clock = new ManualClock()
    const live = (response: ServerResponse): void => void response.write(eventText('hello', HELLO) + tick('/one'))
    const { server, terminal, code } = await start(live, { clock })
    await terminal.until(() => terminal.written().includes('/one'))
    await server.close()
    await terminal.until(() => terminal.written().includes('trying again until Ctrl-C'))
    open.push(await startAdminServer({ '/live': live }, server.port))
    const drawnLast = (): string => terminal.written().split('\u001b[H').at(-1) ?? ''
    while (/trying|waiting/.test(drawnLast())) await clock.pass(RETRY_MS)
    expect(drawnLast()).toContain('/one')
    terminal.stop()
    expect(await code).toBe(0)
    expect(terminal.written().split(ENTER)).toHaveLength(2)
    expect(terminal.written().endsWith(LEAVE)).toBe(true)
    expect(terminal.said()).toBe('')
  })

  it('says that a sidecar which is silent is gone', async () => {
    const clock = new ManualClock()
    const { terminal, code } = await start((response) => response.write(eventText('hello', HELLO) + tick('/one')), {
      clock,
    })
    await terminal.until(() => terminal.written().includes('/one'))
    await clock.pass(SILENCE_MS)
    await terminal.until(() => terminal.written().includes('said nothing for 5 s; trying again until Ctrl-C'))
    terminal.stop()
    expect(await code).toBe(0)
  })

  it('gives the screen back before it says why there is no more to see, and when it has a bug', async () => {
    let response: ServerResponse | undefined
    const first = await start((asked) => {
      response = asked
      asked.write(eventText('hello', HELLO) + tick('/one'))
    })
    await first.terminal.until(() => first.terminal.written().includes('/one'))
    response?.write('<html>\n')
    expect(await first.code).toBe(69)
    expect(first.terminal.written().endsWith(LEAVE)).toBe(true)
    expect(first.terminal.said()).toContain('is no admin port of podspan')

    const sick = await start((asked) => {
      asked.write(eventText('hello', HELLO) + tick('/one') + eventText('tick', { routes: [{}] }))
    })
    await expect(sick.code).rejects.toThrow(TypeError)
    expect(sick.terminal.written().endsWith(LEAVE)).toBe(true)
  })

  it.each([true, false])('says that nobody is there, and leaves the screen as it is: %s', async (once) => {
    const server = await startAdminServer({})
    await server.close()
    const terminal = fakeTerminal({ isTty: true })
    expect(await top({ admin: server.url, once }, terminal, createClock())).toBe(69)
    expect(terminal.written()).toBe('')
    expect(terminal.said()).toContain('nobody listens on')
  })

  it('shows the words of a sidecar that says no', async () => {
    const { terminal, code } = await start(json({ error: { type: 'full', message: 'too many listen' } }, 503))
    expect(await code).toBe(69)
    expect(terminal.said()).toContain('says no: too many listen (503)')
  })
})
