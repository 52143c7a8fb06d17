/** What podspan says in its own name: short, plain, and never anything that came from the peer. */
import type { Answer } from '../decorators/decorator.ts'
import { field } from '../http1/message.ts'

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

const CONTENT_TYPE = field('Content-Type', 'text/plain; charset=utf-8')
/** RFC 9110 §15.5.6: a 405 says what is allowed: all but CONNECT may be sent to the app. */
const ALLOW = field('Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE')

export function ownAnswer(status: number, text: string): Answer {
  return {
    kind: 'answer',
    status,
    reason: REASONS[status] ?? 'Error',
    fields: status === 405 ? [CONTENT_TYPE, ALLOW] : [CONTENT_TYPE],
    body: Buffer.from(`podspan: ${text}\n`),
  }
}
