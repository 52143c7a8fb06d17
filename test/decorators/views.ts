/** Requests and answers as the tunnel shows them to decorators. */
import type { RequestView, ResponseView } from '../../src/decorators/decorator.ts'
import { field } from '../../src/http1/message.ts'

export function request(exchangeId = 1, target = '/a?b'): RequestView {
  return { exchangeId, method: 'GET', target, version: '1.1', fields: [field('Host', 'app')] }
}

export function response(status: number, reason = 'Reason'): ResponseView {
  return { version: '1.1', status, reason, fields: [field('Date', 'now')] }
}
