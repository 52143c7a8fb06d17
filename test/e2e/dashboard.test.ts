/** The dashboard in a real browser, served by the real sidecar before a real app with real traffic. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  missingBrowser,
  openPage,
  PHONE,
  screenshot,
  startBrowser,
  violations,
  type Watched,
} from '../support/browser.ts'
import { type Figures, figures } from '../support/cgroups.ts'
import { type DashboardApp, PAYLOADS, send, sendRaw, startApp, startTraffic } from '../support/dashboard-app.ts'
import { type OtlpServer, startOtlpServer } from '../support/otlp-server.ts'
import { type RunningSidecar, startSidecar } from '../support/sidecar.ts'

const why = missingBrowser()
if (why !== undefined) console.warn(why)

/** On a busy machine, too. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000 })

describe.skipIf(why !== undefined)('the dashboard', { timeout: 120_000 }, () => {
  let browser: Browser
  let app: DashboardApp
  let collector: OtlpServer
  let sidecar: RunningSidecar
  let container: Figures
  let stopTraffic: () => void
  let url: string
  let watched: Watched
  let page: Page

  const start = (adminPort: number): Promise<RunningSidecar> =>
    startSidecar({
      by: container.by,
      args: ['--port', '0', '--host', '127.0.0.1', '--target', String(app.port), '--admin-port', String(adminPort)],
      env: {
        ...container.env,
        OTEL_SERVICE_NAME: 'shop',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS: 'x-evil',
        OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_RESPONSE_HEADERS: 'x-evil',
      },
    })

  beforeAll(async () => {
    container = figures('dashboard')
    ;[browser, app, collector] = await Promise.all([startBrowser(), startApp(), startOtlpServer()])
    sidecar = await start(0)
    stopTraffic = startTraffic(sidecar.port)
    void send(sidecar.port, { path: '/hang' })
    url = `http://127.0.0.1:${sidecar.adminPort}/`
  })
  afterAll(async () => {
    stopTraffic?.()
    await browser?.close()
    await sidecar?.stop('SIGKILL')
    app?.close()
    await collector?.close()
    container?.remove()
  })

  beforeEach(async () => {
    watched = await openPage(browser, url)
    page = watched.page
    await rows(page).first().waitFor()
  })
  afterEach(async () => {
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
    expect(watched.problems).toEqual([])
    await watched.close()
  })

  it('tells what happens just now: charts, routes, what is in flight, the container, the telemetry', async () => {
    await eventually(() => strokes(page)).toEqual([true, true, true, true, true])
    expect(await page.locator('h1').textContent()).toMatch(/^shop/)
    expect(await page.locator('.connection').textContent()).toBe('Live')
    await eventually(() => page.title()).toMatch(/^\(\d+ failed\) shop - podspan$/)
    expect(await page.locator('.legend').allTextContents()).toEqual([
      expect.stringMatching(/now, means of \d+ s$/),
      expect.stringMatching(/now, means of \d+ s$/),
    ])
    await eventually(() => page.locator('.verdict h2').textContent()).toMatch(/of the requests fail/)
    await eventually(() => page.locator('.routes tbody').textContent()).toContain('/checkout')
    expect(await page.locator('.inflight').textContent()).toMatch(/\/hang.*the app is at it/)
    expect(await page.locator('.container-card').textContent()).toMatch(/Memory.*CPU.*Waited for/)
    await eventually(() => page.locator('.telemetry').textContent()).toMatch(/Nothing is lost.*Spans arrive/)
  })

  it('cuts no time off at the right end of a chart', async () => {
    await page.addInitScript(WATCH_LABELS)
    await page.reload()
    const rooms = (): Promise<number[]> => page.evaluate('globalThis.labelRooms')
    // A label comes in at the right end, and then moves to the left.
    await eventually(async () => Math.min(...(await rooms()))).toBeLessThan(12)
    expect(Math.min(...(await rooms()))).toBeGreaterThanOrEqual(0)
  })

  it('shows a request within the time of a look', async () => {
    await send(sidecar.port, { path: '/just-now?x=1' })
    const row = rowWith(page, '/just-now?x=1')
    await row.waitFor()
    expect(await row.textContent()).toMatch(/GET.*200/)
  })

  it('filters on the server, keeps the filter over a reload, and begins anew without it', async () => {
    await filter(page, 'status==503')
    await eventually(() => pathsOf(page)).toEqual(new Set(['/checkout']))
    expect(new URLSearchParams(page.url().split('#')[1]).get('where')).toBe('status==503')
    await page.reload()
    await rows(page).first().waitFor()
    expect(await pathsOf(page)).toEqual(new Set(['/checkout']))
    expect(await page.getByLabel('Filter', { exact: true }).inputValue()).toBe('status==503')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await eventually(async () => (await pathsOf(page)).size).toBeGreaterThan(3)
    await page.getByRole('button', { name: 'Client errors' }).click()
    await eventually(() => pathsOf(page)).toEqual(new Set(['/orders/7']))
    await page.getByRole('button', { name: 'GET /reports' }).click()
    await eventually(() => pathsOf(page)).toEqual(new Set(['/reports']))
  })

  it('shows where a filter is wrong, and what is allowed, and keeps the list', async () => {
    await filter(page, 'status>=500 && pth^="/api"')
    const alert = page.getByRole('alert')
    await eventually(() => alert.textContent()).toMatch(/Column 16: .*did you mean path\?/)
    expect(await alert.locator('pre').textContent()).toBe(`status>=500 && pth^="/api"\n${' '.repeat(15)}^`)
    expect(await page.getByLabel('Filter', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    expect(await rows(page).count()).toBeGreaterThan(0)
    expect(await alert.textContent()).toContain('The list below is still that of no filter.')
    expect(await violations(page)).toEqual([])
    await screenshot(page, 'wrong-filter')
    // The browser itself writes down that an answer was a 400.
    expect(watched.problems.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')])
    await filter(page, 'status==503')
    await eventually(() => alert.textContent()).toBe('')
    await filter(page, 'status=503')
    await eventually(() => alert.textContent()).toContain('The list below is still that of: status==503')
    expect(watched.problems.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')])
  })

  it('opens the waterfall of a request by the mouse', async () => {
    await rowWith(page, '/reports').first().click()
    const details = page.getByRole('dialog')
    expect(await details.locator('.waterfall').textContent()).toMatch(/App.*\d ms.*%/)
    expect(await details.textContent()).toMatch(/Complete: the client has the whole answer/)
    const traceId = (await details.locator('code').first().textContent()) ?? ''
    expect(traceId).toMatch(/^[0-9a-f]{32}$/)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await details.getByRole('button', { name: 'Copy trace id' }).click()
    await details.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(traceId)
    const har = await page.request.get(url + (await details.getByText('HAR').getAttribute('href')))
    expect(await har.text()).toContain('/reports')
    await details.getByRole('button', { name: 'Copy as curl' }).click()
    await eventually(() => page.evaluate('navigator.clipboard.readText()')).toMatch(/^curl .*\/reports/s)
    const number = new URLSearchParams(page.url().split('#')[1]).get('exchange')
    expect(await details.locator('header .number').textContent()).toBe(`#${number}`)
    await details.getByRole('button', { name: 'Copy as podspan replay' }).click()
    const replay = `podspan replay ${number} --admin ${new URL(url).host}`
    await eventually(() => page.evaluate('navigator.clipboard.readText()')).toBe(replay)
    expect(await details.locator('.links > *').allTextContents()).toHaveLength(5)
    expect(new Set(await details.locator('.links > a').allTextContents())).toEqual(
      new Set(['HAR', 'Show as curl', 'JSON']),
    )
    await screenshot(page, 'waterfall')
    await details.getByRole('button', { name: 'Close' }).click()
    expect(await details.count()).toBe(0)
  })

  it('is walked through by the keyboard alone', async () => {
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('Filter')
    await page.keyboard.type('status==503')
    await page.keyboard.press('Enter')
    await eventually(() => pathsOf(page)).toEqual(new Set(['/checkout']))
    // A row begins with its time; a route has the same path.
    await tabTo(page, /^\d\d:\d\d:\d\d.*checkout/)
    // From here on the list stands still.
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const third = await focused(page)
    expect(third).toBe(await rows(page).nth(2).textContent())
    await page.keyboard.press('Enter')
    const details = page.getByRole('dialog')
    await details.waitFor()
    expect(await focused(page)).toBe('GET /checkout')
    await tabTo(page, /^Older request$/)
    const id = await details.locator('code').first().textContent()
    await page.keyboard.press('Enter')
    await eventually(() => details.locator('code').first().textContent()).not.toBe(id)
    const older = new URLSearchParams(page.url().split('#')[1]).get('exchange')
    await page.keyboard.press('Escape')
    expect(await details.count()).toBe(0)
    expect(await page.evaluate('document.activeElement.hash')).toBe(`#exchange=${older}`)
    await page.keyboard.press('Home')
    expect(await focused(page)).toBe(await rows(page).first().textContent())
  })

  it('holds still when it is told to, and goes on', async () => {
    await filter(page, 'path=="/paused"')
    await send(sidecar.port, { path: '/paused' })
    await eventually(() => rows(page).count()).toBe(1)
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await send(sidecar.port, { path: '/paused' })
    const newer = page.getByRole('button', { name: '1 newer request' })
    await newer.waitFor()
    expect(await rows(page).count()).toBe(1)
    await newer.click()
    await eventually(() => rows(page).count()).toBe(2)
  })

  it('opens what an address names, and says when it is not remembered', async () => {
    const { exchanges } = await (
      await page.request.get(`${url}exchanges?limit=1&where=path%3D%3D%22/reports%22`)
    ).json()
    await page.goto(`${url}#exchange=${exchanges[0].id}`)
    await page.reload()
    await eventually(() => page.getByRole('dialog').locator('h2').textContent()).toContain('/reports')
    await page.goto(`${url}#exchange=999999999`)
    await page.getByText('is not remembered any more').waitFor()
    expect(watched.problems.splice(0)).toEqual([expect.stringContaining('404 (Not Found)')])
  })

  it.each(PAYLOADS)('shows what is hostile as the text that it is: %s', async (payload) => {
    const { port } = sidecar
    const marker = `m${PAYLOADS.indexOf(payload)}${Date.now()}`
    await sendRaw(port, `GET /${marker}${payload} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await sendRaw(port, `${payload} / HTTP/1.1\r\nHost: a\r\n\r\n`)
    await send(port, {
      path: `/${marker}/${encodeURIComponent(payload)}?q=${encodeURIComponent(payload)}`,
      method: 'PATCH',
      headers: {
        'x-evil': payload,
        'x-evil-reason': String(PAYLOADS.indexOf(payload)),
        'user-agent': payload,
      },
    })
    await filter(page, `path*="${marker}/"`)
    // The list of before stays until the filtered one is there.
    await eventually(async () => [...(await pathsOf(page))].filter((path) => !path.includes(marker))).toEqual([])
    await rows(page).first().click()
    const details = page.getByRole('dialog')
    const text = (await details.textContent()) ?? ''
    for (const part of [`200 ${payload}`, `User agent${payload}`, `x-evil${payload}`]) expect(text).toContain(part)
    await page.keyboard.press('Escape')
    await filter(page, '')
    await eventually(async () => (await pathsOf(page)).size).toBeGreaterThan(3)
    expect(await page.locator('img, iframe, script:not([src="app.js"])').count()).toBe(0)
  })

  it.each([
    ['light', 'light', {}],
    ['dark', 'dark', {}],
    ['phone-light', 'light', PHONE],
    ['phone-dark', 'dark', PHONE],
  ] as const)('has nothing that axe would object to: %s', async (name, colorScheme, device) => {
    const seen = await openPage(browser, url, { ...device, colorScheme })
    await rows(seen.page).first().waitFor()
    await eventually(() => strokes(seen.page)).toContain(true)
    expect(await violations(seen.page)).toEqual([])
    await screenshot(seen.page, name)
    await rowWith(seen.page, '/checkout').first().click()
    await seen.page.getByRole('dialog').waitFor()
    expect(await violations(seen.page)).toEqual([])
    await screenshot(seen.page, `${name}-request`)
    expect(seen.problems).toEqual([])
    await seen.close()
  })

  it('turns dark and light, and stays so', async () => {
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const light = await ground()
    await page.getByRole('button', { name: 'Dark theme' }).click()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: 'Light theme' }).waitFor()
    expect(await ground()).toBe(dark)
  })

  it('fits on a phone, where a request covers the list', async () => {
    const phone = await openPage(browser, url, PHONE)
    await rows(phone.page).first().waitFor()
    expect(await phone.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    await rows(phone.page).first().tap()
    const box = await phone.page.getByRole('dialog').boundingBox()
    expect(box).toMatchObject({ x: 0, y: 0, width: 390 })
    await phone.page.getByRole('button', { name: 'Close' }).tap()
    expect(await phone.page.getByRole('dialog').count()).toBe(0)
    expect(phone.problems).toEqual([])
    await phone.close()
  })

  it('moves nothing for who wants nothing moved', async () => {
    const moving = (): Promise<unknown> => page.evaluate('document.getAnimations().length')
    expect(await moving()).toBe(0)
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    expect(await moving()).toBe(1)
  })

  it('says that the sidecar is gone, keeps what was seen, and goes on with the next one', async () => {
    await rowWith(page, '/reports').first().waitFor()
    const before = await rows(page).last().getAttribute('data-key')
    await sidecar.stop('SIGKILL')
    await eventually(() => page.locator('.connection').textContent()).toBe('Connection lost, trying again')
    await eventually(() => page.locator('.verdict').textContent()).toMatch(/not heard since/)
    expect(await rows(page).count()).toBeGreaterThan(0)
    await screenshot(page, 'lost')
    const { adminPort = 0 } = sidecar
    stopTraffic()
    sidecar = await start(adminPort)
    stopTraffic = startTraffic(sidecar.port)
    await eventually(() => page.locator('.connection').textContent()).toBe('Live')
    const boots = async (): Promise<number> => new Set((await keysOf(page)).map((key) => key.split('-')[0])).size
    await eventually(boots).toBe(2)
    expect(await keysOf(page)).toContain(before)
    await eventually(() => strokes(page)).toContain(true)
    const lost = watched.problems.splice(0)
    expect(
      lost.filter((each) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/.test(each)),
    ).toEqual([])
  })
})

/** The room right of each time of day that is drawn, in pixels of the page; below zero it is cut off. */
const WATCH_LABELS = `
  globalThis.labelRooms = []
  const { fillText } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
    if (/^\\d\\d:\\d\\d/.test(text)) {
      const { actualBoundingBoxRight } = this.measureText(text)
      labelRooms.push((this.canvas.width - this.getTransform().e - x - actualBoundingBoxRight) / devicePixelRatio)
    }
    return fillText.call(this, text, x, ...rest)
  }
`

function rows(page: Page): Locator {
  return page.locator('.rows a')
}

function rowWith(page: Page, path: string): Locator {
  return rows(page).filter({ has: page.locator('.path', { hasText: path }) })
}

/** Paths of the rows, without query. */
async function pathsOf(page: Page): Promise<Set<string>> {
  const texts = await page
    .locator('.rows .path')
    .evaluateAll((all) => all.map((each) => each.firstChild?.textContent ?? ''))
  return new Set(texts)
}

function keysOf(page: Page): Promise<string[]> {
  return rows(page).evaluateAll((all) => all.map((each) => each.getAttribute('data-key') ?? ''))
}

async function filter(page: Page, where: string): Promise<void> {
  await page.getByLabel('Filter', { exact: true }).fill(where)
  await page.keyboard.press('Enter')
}

/** The name, else the text, of what has the focus. */
async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent'))
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab')
    if (name.test(await focused(page))) return
  }
  throw new Error(`no ${name} by Tab`)
}

/** For each chart, whether something of a line's own colour is drawn in it: pixels that are neither grey nor transparent. */
function strokes(page: Page): Promise<boolean[]> {
  return page.locator('canvas').evaluateAll((all) =>
    all.map((each) => {
      const canvas = Object.assign(each.ownerDocument.createElement('canvas'), {
        width: each.width,
        height: each.height,
      })
      const copy = canvas.getContext('2d', { willReadFrequently: true })
      copy.drawImage(each, 0, 0)
      const { data } = copy.getImageData(0, 0, each.width, each.height)
      for (let at = 0; at < data.length; at += 4) {
        const [red, green, blue, alpha] = data.slice(at, at + 4)
        if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) return true
      }
      return false
    }),
  )
}
