import fs, { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { BlackBoxFile, readBlackBox } from '../../src/observer/black-box-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'black-box-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
const fresh = (): string => join(folder, String(++count))

function write(file: BlackBoxFile, texts: readonly string[]): void {
  for (const text of texts) {
    const bytes = Buffer.from(text)
    if (!file.hasRoom(bytes.length, 1)) file.turn()
    file.append([bytes])
  }
}
const read = (path: string) => readBlackBox(readFileSync(path)) ?? expect.fail('no black box')

test('what was written is there, in order, for this user alone', () => {
  const path = fresh()
  const file = new BlackBoxFile(path, 4_096)
  file.append([Buffer.from('one'), Buffer.from('two')])
  file.append([Buffer.from('drei ✓')])
  expect(read(path)).toEqual({ records: ['one', 'two', 'drei ✓'], torn: 0 })
  expect(statSync(path).mode & 0o077).toBe(0)
  file.close()
})

test('it never grows beyond its bound, and always has the latest, at least half of what it can hold', () => {
  const path = fresh()
  const file = new BlackBoxFile(path, 4_096)
  const all: string[] = []
  for (let index = 0; index < 500; index++) {
    all.push(`record ${index} ${'x'.repeat(index % 60)}`)
    write(file, all.slice(-1))
    const { records, torn } = read(path)
    expect(torn).toBe(0)
    expect(records).toEqual(all.slice(-records.length))
    expect(statSync(path).size).toBeLessThanOrEqual(4_096)
    if (index > 200) expect(records.join('').length).toBeGreaterThan(1_000)
  }
  file.close()
})

test('another process goes on behind the last record, and nothing of the first is lost', () => {
  const path = fresh()
  for (const texts of [['a', 'b'], ['c'], ['d', 'e']]) {
    const file = new BlackBoxFile(path, 4_096)
    write(file, texts)
    file.close()
  }
  expect(read(path).records).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a file keeps the size that it was made with', () => {
  const path = fresh()
  new BlackBoxFile(path, 4_096).close()
  const file = new BlackBoxFile(path, 1_048_576)
  expect(file.recordBytesMax).toBeLessThan(2_048)
  file.close()
})

test('wherever a write is torn: every record before it is there, none is made up, and it is told', () => {
  const property = fc.property(
    fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 2, maxLength: 120 }),
    fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    (texts, share) => {
      const path = fresh()
      const file = new BlackBoxFile(path, 2_048)
      write(file, texts.slice(0, -1))
      const before = readFileSync(path)
      write(file, texts.slice(-1))
      file.close()
      const after = readFileSync(path)
      const changed = [...after.keys()].filter((at) => after[at] !== before[at])
      const [from = 0, to = 0] = [changed[0], changed.at(-1)]
      const cutAt = from + Math.floor((to + 1 - from) * share)
      const torn = Buffer.concat([after.subarray(0, cutAt), before.subarray(cutAt)])
      const { records } = readBlackBox(torn) ?? expect.fail('no black box')
      const ends = [texts.length - 1, texts.length].map((end) => texts.slice(Math.max(0, end - records.length), end))
      expect(ends).toContainEqual(records)
      // The half that was not being written is whole, and full.
      if (texts.join('').length > 2_000) expect(records.join('').length).toBeGreaterThan(300)
    },
  )
  fc.assert(property, { numRuns: 200 })
})

test('a record with one bit of it changed is torn, and so is one that breaks off with the file', () => {
  const path = fresh()
  const file = new BlackBoxFile(path, 4_096)
  write(file, ['first', 'second'])
  file.close()
  const bytes = readFileSync(path)
  const at = bytes.indexOf('second') + 2
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  expect(readBlackBox(bytes)).toEqual({ records: ['first'], torn: 1 })
  truncateSync(path, readFileSync(path).indexOf('second') + 3)
  expect(read(path)).toEqual({ records: ['first'], torn: 1 })
  const next = new BlackBoxFile(path, 4_096)
  write(next, ['third'])
  next.close()
  expect(read(path)).toEqual({ records: ['first', 'third'], torn: 0 })
})

test.each([Buffer.alloc(0), Buffer.from('podspan1')])('one that was only begun is begun again', (bytes) => {
  expect(readBlackBox(bytes)).toBeUndefined()
  const path = fresh()
  writeFileSync(path, bytes)
  const file = new BlackBoxFile(path, 4_096)
  write(file, ['a'])
  file.close()
  expect(read(path)).toEqual({ records: ['a'], torn: 0 })
})

test('what is no black box is none, whatever it is, and is left as it is', () => {
  const path = fresh()
  writeFileSync(path, 'root:x:0:0')
  expect(() => new BlackBoxFile(path, 4_096)).toThrow('is no black box: name another file')
  expect(readFileSync(path, 'utf8')).toBe('root:x:0:0')
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readBlackBox(Buffer.from(bytes))))
})

test('what the disk had no room for is written over: nothing that comes later is lost behind it', () => {
  const path = fresh()
  const file = new BlackBoxFile(path, 4_096)
  write(file, ['first'])
  const writeAll = fs.writeSync
  const half = (...[to, bytes, from, length, at]: [number, Buffer, number, number, number]) =>
    writeAll(to, bytes, from, Math.floor(length / 2), at)
  const full = vi.spyOn(fs, 'writeSync').mockImplementation(half as typeof fs.writeSync)
  syncBuiltinESMExports()
  expect(() => write(file, ['second'])).toThrow('the disk may be full')
  full.mockRestore()
  syncBuiltinESMExports()
  expect(read(path)).toEqual({ records: ['first'], torn: 1 })
  write(file, ['third'])
  file.close()
  expect(read(path)).toEqual({ records: ['first', 'third'], torn: 0 })
})

test('of a file that is no black box only the beginning is read, however large it is', () => {
  const path = fresh()
  writeFileSync(path, 'a log')
  truncateSync(path, 2 ** 40)
  expect(() => new BlackBoxFile(path, 4_096)).toThrow('is no black box: name another file')
})
