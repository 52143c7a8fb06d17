/** From source: the bundle that production has beside it is looked at in build.test.ts. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pageOf } from '../../src/admin/page.ts'

const ROOT = new URL('../..', import.meta.url).pathname

it.each([
  ['/', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/app.js', 'text/javascript; charset=utf-8', 'EventSource'],
  ['/app.css', 'text/css; charset=utf-8', '--surface'],
  ['/icon.svg', 'image/svg+xml', '<svg'],
])('has %s', async (path, type, part) => {
  const file = await pageOf(path)
  expect(file?.type).toBe(type)
  expect(file?.body.toString()).toContain(part)
})

it.each(['', '/index.html', '/app.js.map', '/../package.json', '/__proto__', '/toString', '//', '/APP.JS'])(
  'has no %j',
  async (path) => {
    expect(await pageOf(path)).toBeUndefined()
  },
)

it('is made once', async () => {
  expect((await pageOf('/app.js'))?.body).toBe((await pageOf('/app.js'))?.body)
})

it('asks nobody else for anything, and needs no inline script or style', async () => {
  const files = await Promise.all(['/', '/app.js', '/app.css'].map(pageOf))
  const [html = '', script = '', style = ''] = files.map((file) => file?.body.toString())
  const addresses = (html + script + style).match(/\b(?:https?|wss?):\/\/[^\s"'`)]+/g) ?? []
  // Names of XML vocabularies, which nobody fetches.
  expect(addresses.filter((each) => !each.startsWith('http://www.w3.org/'))).toEqual([])
  expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/i)
  expect(style.match(/@import|url\(/g)).toBeNull()
  expect(script.match(/\beval\(|new Function\(|import\(/g)).toBeNull()
})

it('has no way from what passed to HTML', () => {
  const sources = globSync('src/dashboard/**/*.{ts,tsx}', { cwd: ROOT })
  expect(sources.length).toBeGreaterThan(30)
  const ways = /innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|srcdoc|javascript:/i
  expect(sources.filter((path) => ways.test(readFileSync(ROOT + path, 'utf8')))).toEqual([])
})
