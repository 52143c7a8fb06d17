/** The answers that stay open: what there is already, and then what comes. */
import { asciiJson } from '../json.ts'
import { type Answer, NDJSON_TYPE, problem } from './answer.ts'
import { select } from './exchanges.ts'
import { Listener } from './listener.ts'
import type { Form, Live } from './live.ts'
import type { AdminParts } from './parts.ts'
import type { Asked } from './query.ts'
import { helloOf } from './views.ts'

/** Of the past, for who follows and says nothing else: as tail does. */
const FOLLOW_FROM = 10
const HELLO_EXCHANGES = 100
/** A browser that lost the stream asks again so soon. */
const RETRY_MS = 1_000

export function followed(parts: AdminParts, live: Live, asked: Asked): Answer {
  const { format = 'ndjson', limit = FOLLOW_FROM } = asked
  if (format !== 'ndjson') return problem(400, 'bad_query', 'follow goes with format=ndjson alone')
  return streamed(parts, live, { ...asked, limit }, 'lines')
}

export function streamed(parts: AdminParts, live: Live, asked: Asked, form: Form): Answer {
  const { limits } = parts.config
  if (live.isFull) {
    const message = `there are ${limits.adminListenersMax} listeners already (--limit adminListenersMax)`
    return problem(503, 'too_many_listeners', message, { headers: { 'Retry-After': '5' } })
  }
  return {
    kind: 'stream',
    type: form === 'events' ? 'text/event-stream' : NDJSON_TYPE,
    open(response) {
      const listener = new Listener(response, limits, (gone) => live.remove(gone))
      listener.write(form === 'events' ? hello(parts, asked) : past(parts, asked))
      live.add(listener, form, asked)
    },
  }
}

function hello(parts: AdminParts, { matches }: Asked): string {
  const exchanges = select(parts.ring, { matches, limit: HELLO_EXCHANGES }).map(({ exchange }) => exchange)
  return `retry: ${RETRY_MS}\nevent: hello\ndata: ${asciiJson(helloOf(parts, exchanges))}\n\n`
}

function past(parts: AdminParts, asked: Asked): string {
  return select(parts.ring, asked)
    .map(({ exchange }) => `${asciiJson(exchange)}\n`)
    .join('')
}
