/** Files and folders that settings name, as they are found and not as they should be. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkFiles } from '../../src/check/files.ts'
import type { CliOptions } from '../../src/config.ts'
import { BlackBoxFile } from '../../src/observer/black-box-file.ts'
import { configOf } from '../support/config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podspan-check-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

const found = (options: CliOptions): string[] =>
  checkFiles(configOf({ target: '1', ...options })).map(({ about, mark, found: text }) => `${mark} ${about}: ${text}`)

test('nothing is named, nothing is said', () => {
  expect(found({})).toEqual([])
})

test('files that are read', () => {
  writeFileSync(at('one.mjs'), '')
  const url = pathToFileURL(at('one.mjs')).href
  expect(found({ decorators: [at('one.mjs'), url, at('two.mjs')], openapi: at('one.mjs') })).toEqual([
    `ok decorators: ${at('one.mjs')} is there`,
    `ok decorators: ${url} is there`,
    `failed decorators: ${at('two.mjs')}: there is no such file`,
    `ok openapi: ${at('one.mjs')} is there`,
  ])
})

test('the spool: there, to be made, and where a file stands', () => {
  mkdirSync(at('spool'))
  writeFileSync(at('file'), '')
  expect(found({ spool: at('spool') })).toEqual([`ok spool: ${at('spool')} can be written`])
  expect(found({ spool: at('a/b/c') })).toEqual([`ok spool: ${at('a/b/c')} is not there yet, and can be made`])
  expect(found({ spool: at('file/spool') })).toEqual([`failed spool: ${at('file')}: it is no folder`])
  expect(found({ spool: at('file') })).toEqual([`failed spool: ${at('file')}: it is no folder`])
  expect(existsSync(at('a'))).toBe(false)
})

test('the black box: one of ours, to be made, somebody else’s file, no folder for it', () => {
  new BlackBoxFile(at('box'), 1_048_576).close()
  const before = readFileSync(at('box'))
  writeFileSync(at('diary'), 'dear diary')
  writeFileSync(at('empty'), '')
  expect(found({ blackBox: at('box') })).toEqual([`ok black box: ${at('box')} can be written`])
  expect(found({ blackBox: at('empty') })).toEqual([`ok black box: ${at('empty')} can be written`])
  expect(found({ blackBox: at('new') })).toEqual([`ok black box: ${at('new')} is not there yet, and can be made`])
  expect(found({ blackBox: at('diary') })).toEqual([`failed black box: ${at('diary')} is there, and is no black box`])
  expect(found({ blackBox: at('no/box') })).toEqual([`failed black box: ${at('no')}: there is no such folder`])
  expect(found({ blackBox: folder })).toEqual([`failed black box: ${folder} is a folder`])
  expect(readFileSync(at('box')).equals(before)).toBe(true)
  expect(existsSync(at('new'))).toBe(false)
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0
if (!isRoot) console.warn('files of another user: skipped, it takes root on Linux to be another one')
test.runIf(isRoot)('as another user: what may not be done is said', () => {
  chmodSync(folder, 0o755)
  for (const name of ['secret', 'box2']) writeFileSync(at(name), '', { mode: 0o600 })
  mkdirSync(at('closed'), { mode: 0o700 })
  const script = `
    import { checkFiles } from '${fileURLToPath(new URL('../../src/check/files.ts', import.meta.url))}'
    import { configOf } from '${fileURLToPath(new URL('../support/config.ts', import.meta.url))}'
    const options = { target: '1', decorators: ['${at('secret')}'], spool: '${at('closed')}', blackBox: '${at('box2')}' }
    console.log(JSON.stringify(checkFiles(configOf(options)).map(({ mark, found }) => mark + ' ' + found)))`
  const by = [
    '--reuid=1201',
    '--regid=1201',
    '--clear-groups',
    process.execPath,
    '--input-type=module-typescript',
    '-e',
    script,
  ]
  expect(JSON.parse(execFileSync('setpriv', by, { encoding: 'utf8' }))).toEqual([
    `failed ${at('secret')}: this user may not`,
    `failed ${at('closed')}: this user may not`,
    `failed ${at('box2')}: this user may not`,
  ])
})
