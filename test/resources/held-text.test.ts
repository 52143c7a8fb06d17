import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { HeldText } from '../../src/resources/held-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'held-text-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('tells what the file says now, from its beginning, wherever it was moved', () => {
  const path = join(folder, 'a')
  const text = new HeldText(path)
  expect(text.read()).toBeUndefined()
  writeFileSync(path, 'one two')
  expect(text.read()).toBe('one two')
  writeFileSync(path, 'three')
  expect([text.read(), text.read()]).toEqual(['three', 'three'])
  renameSync(path, join(folder, 'b'))
  writeFileSync(join(folder, 'b'), 'four')
  expect(text.read()).toBe('four')
  text.close()
  expect(text.read()).toBeUndefined()
})

it.runIf(process.platform === 'linux')('holds one descriptor, and none when it is closed', () => {
  writeFileSync(join(folder, 'c'), 'x')
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  const text = new HeldText(join(folder, 'c'))
  for (let time = 0; time < 5; time++) text.read()
  expect(open()).toBe(before + 1)
  text.close()
  expect(open()).toBe(before)
})
