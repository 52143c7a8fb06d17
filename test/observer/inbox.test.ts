import { expect, test } from 'vitest'
import { Ledger } from '../../src/ledger.ts'
import { Inbox } from '../../src/observer/inbox.ts'
import { exchangeOf } from '../support/observed.ts'
import { pack } from '../support/packed.ts'

test('a batch is entered in the books once, before any sink, and every exchange passes on redacted and in order', () => {
  const seen: string[] = []
  const ledger = new Ledger()
  const inbox = new Inbox({
    textBytesMax: 2_048,
    ledger,
    routeOf: (path) => (path === '/' ? 'the root' : undefined),
    sink: ({ id, request }) => seen.push(`${id} ${request?.route} ${request?.query} of ${ledger.taken()}`),
  })
  const request = { method: 'GET', path: '/', query: 'token=hunter2', scheme: 'http', httpVersion: '1.1', bytes: 0 }
  inbox.take(pack([1, 2].map((id) => exchangeOf(id, { request }))))
  expect(seen).toEqual(['1 the root token=REDACTED of 2', '2 the root token=REDACTED of 2'])
})
