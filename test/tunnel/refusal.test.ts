import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { refusal } from '../../src/tunnel/refusal.ts'
import { End } from '../support/play.ts'

test('says status, reason and advice, and that the connection closes', async () => {
  const [near, far] = duplexPair()
  const told = refusal(near, { kind: 'error', type: 'bad', status: 431, message: 'too many fields' })
  const client = new End(far)
  expect(await client.receivesUpTo('\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[\s\S]*Connection: close\r\n/,
  )
  await client.receives('podspan: too many fields\n')
  expect(told).toEqual({ status: 431, reason: 'Request Header Fields Too Large' })
})
