import { expect, test } from 'vitest'
import { Inbox } from '../../src/observer/inbox.ts'
import { exchangeOf } from '../support/observed.ts'

test('a batch is acknowledged once, before any sink, and every exchange passes on redacted and in order', () => {
  const seen: string[] = []
  const inbox = new Inbox({
    textBytesMax: 2_048,
    acknowledge: (sequence) => seen.push(`ack ${sequence}`),
    sink: ({ id, request }) => seen.push(`${id} ${request?.query}`),
  })
  const request = { method: 'GET', path: '/', query: 'token=hunter2', scheme: 'http', httpVersion: '1.1', bytes: 0 }
  inbox.take(
    7,
    [1, 2].map((id) => exchangeOf(id, { request })),
  )
  expect(seen).toEqual(['ack 7', '1 token=REDACTED', '2 token=REDACTED'])
})
