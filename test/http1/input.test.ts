import { expect, test } from 'vitest'
import { Input } from '../../src/http1/input.ts'

test('a block that arrives byte by byte is found in linear time', () => {
  const text = `${'a'.repeat(60_000)}\r\n\r\n`
  const cost = (length: number): number => {
    const input = new Input()
    const bytes = Buffer.from(text.slice(text.length - length))
    const started = process.cpuUsage()
    for (let at = 0; at < bytes.length; at++) {
      input.push(bytes.subarray(at, at + 1))
      input.block(65_536)
    }
    const { user, system } = process.cpuUsage(started)
    return user + system
  }
  cost(15_000)
  const least = (length: number): number => Math.min(...[1, 2, 3].map(() => cost(length)))
  // Four times the bytes: about four times the work, far from sixteen.
  expect(least(60_000) / Math.max(least(15_000), 2_000)).toBeLessThan(12)
})

test('begins with bytes only when they are all there', () => {
  const input = new Input()
  input.push(Buffer.from('xabc'))
  input.skip(1)
  for (const text of ['', 'a', 'abc']) expect(input.beginsWith(Buffer.from(text))).toBe(true)
  for (const text of ['b', 'abcd', `abc${'d'.repeat(500)}`]) expect(input.beginsWith(Buffer.from(text))).toBe(false)
  input.push(Buffer.from('d'))
  expect(input.beginsWith(Buffer.from('abcd'))).toBe(true)
})

test('bytes that were handed out are not overwritten by later ones', () => {
  const input = new Input()
  input.push(Buffer.from('ab'))
  input.push(Buffer.from('cd'))
  const taken = input.take(10)
  input.push(Buffer.from('ef'))
  expect(taken?.toString()).toBe('abcd')
  expect(input.rest().toString()).toBe('ef')
  expect(input.length).toBe(0)
})

test('a part that was handed out survives an append', () => {
  const input = new Input()
  input.push(Buffer.from('abcd'))
  const taken = input.take(2)
  for (let each = 0; each < 300; each++) input.push(Buffer.from('x'))
  expect(taken?.toString()).toBe('ab')
  expect(input.take(1_000)?.toString()).toBe(`cd${'x'.repeat(300)}`)
})
