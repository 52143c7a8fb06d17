import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDecorators } from '../../src/decorators/load.ts'
import { request, response } from './views.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'podspan-load-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** By node itself: the test runner has its own way to load modules, and its own errors. */
async function names(...files: string[]): Promise<unknown> {
  const load = new URL('../../src/decorators/load.ts', import.meta.url).href
  const script = `import { loadDecorators } from '${load}'
    const loaded = await loadDecorators(process.argv.slice(1), () => {})
    console.log(JSON.stringify(loaded.ok ? loaded.decorators.map(({ name }) => name) : loaded.problems))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, ...files])
  return JSON.parse(stdout)
}

const HOOKS = `{ name: 'hooks', request() {} }`

describe('finds', () => {
  it.each([
    ['default-object.mjs', `export default ${HOOKS}`, ['hooks']],
    ['default-function.mjs', 'export default () => {}', ['default-function']],
    [
      'named.mjs',
      `export const b = () => {}, a = () => {}, c = ${HOOKS}, page = 'HTTP/1.1 200 OK'`,
      ['a', 'b', 'hooks'],
    ],
    ['instance.mjs', `class A { name = 'own'; response() {} }; export const a = new A()`, ['own']],
    ['several.cjs', `exports.b = () => {}; exports.a = ${HOOKS}; exports.n = 3`, ['hooks', 'b']],
    ['single.cjs', 'module.exports = () => {}', ['single']],
    ['computed.cjs', `module.exports = { ['x' + 1]: () => {} }`, ['x1']],
    ['odd %41#?name é.mjs', 'export const odd = () => {}', ['odd']],
  ])('the decorators of %s', async (name, text, found) => {
    expect(await names(file(name, text))).toEqual(found)
  })

  it('several files, in their order, by path or URL', async () => {
    const one = file('one.mjs', 'export const z = () => {}')
    const two = pathToFileURL(file('two.mjs', 'export const a = () => {}')).href
    expect(await names(one, two)).toEqual(['z', 'a'])
    expect(await names()).toEqual([])
  })
})

it('makes the event form work', async () => {
  const text = `export function teapot({ service, server }) {
    service.on('http:404', () => { server.respond('HTTP/1.1 418 Teapot'); server.respond('HTTP/1.1 200 OK') })
  }`
  const said: string[] = []
  const loaded = await loadDecorators([file('event.mjs', text)], (line) => said.push(line))
  const [teapot] = loaded.ok ? loaded.decorators : []
  const view = request()
  expect(teapot?.request?.(view)).toBeUndefined()
  expect(teapot?.response?.(response(404), view)).toMatchObject({ kind: 'answer', status: 418 })
  expect(said).toEqual([expect.stringContaining('decorator teapot')])
})

it('tells every problem of every file', async () => {
  mkdirSync(join(folder, 'directory'))
  const wrong: [string, RegExp][] = [
    [join(folder, 'missing.mjs'), /: there is no such file$/],
    [file('broken.mjs', 'export const a = {\n  b: ]\n}'), /: is not JavaScript: Unexpected token/],
    [file('imports.mjs', `import './nowhere.mjs'; export const a = () => {}`), /nowhere\.mjs/],
    [file('throws.mjs', `throw new Error('boom')`), /: threw while it was loaded: boom$/],
    [file('throws-text.mjs', `throw 'boom'`), /: threw while it was loaded: boom$/],
    [file('nothing.mjs', 'export const page = 1'), /: exports no decorator: a function/],
    [file('nameless.mjs', 'export default { request() {} }'), /: exports no decorator: a function/],
    [file('text.yaml', 'a: b'), /: can't be loaded: .*extension/],
    [join(folder, 'directory'), /: can't be loaded: .*[Dd]irectory/],
  ]
  const problems = await names(file('good.mjs', 'export const a = () => {}'), ...wrong.map(([path]) => path))
  expect(problems).toEqual(wrong.map(([, message]) => expect.stringMatching(message)))
  expect(problems).toEqual(wrong.map(([path]) => expect.stringContaining(`${path}: `)))
})
