/**
 * The event form of a decorator: a function called once per request with its two ends, `service` (the app) and `server`
 * (what the client talks to). What it keeps lives inside that call, so requests that overlap can't mix.
 * It knows nothing of sockets; what it gives is an ordinary Decorator.
 */
import type { Field } from '../http1/message.ts'
import type { Answer, Decorator, RequestView, ResponseView } from './decorator.ts'
import { after, isThenable } from './promised.ts'
import { parseRawResponse, type RawResponse } from './raw-response.ts'

export interface RequestHeader {
  readonly HTTPMethod: string
  /** The path with its query, as sent. */
  readonly HTTPResource: string
}

export interface ResponseHeader {
  /** Three digits, as on the wire. */
  readonly status: string
  readonly message: string
}

/** `raw` is the head as it came, one character a byte. A returned promise is waited for. */
export type Handler<Header> = (header: Header, raw: string) => void

export interface ServiceEnd {
  /** The app has answered: whatever it said, or with this very status. */
  on(event: 'http:data' | `http:${number}`, handler: Handler<ResponseHeader>): this
  once(event: 'http:data' | `http:${number}`, handler: Handler<ResponseHeader>): this
}

export interface ServerEnd {
  /** A client has asked. */
  on(event: 'http:data', handler: Handler<RequestHeader>): this
  once(event: 'http:data', handler: Handler<RequestHeader>): this
  /** This instead of the app's answer, a raw HTTP response. Counts until the handler, or its promise, is done. */
  respond(raw: string | Uint8Array): void
}

export type EventDecorator = (ends: { service: ServiceEnd; server: ServerEnd }) => void

/** `report` takes what is no failure but should be known: an answer that came second, or too late. Said once each. */
export function ambassadorDecorator(name: string, decorate: EventDecorator, report: (text: string) => void): Decorator {
  const calls = new WeakMap<RequestView, Call>()
  const ignored = sayOnce(name, report)
  return {
    name,
    request(view) {
      const call = new Call(ignored)
      const done = (): Answer | undefined => {
        const answer = call.close()
        // Known to the response hook only if this much went well: what failed is bypassed for the whole request.
        if (answer === undefined) calls.set(view, call)
        return answer
      }
      const emit = (): void | Promise<void> => call.server.emit(['http:data'], requestHeader(view), rawRequest(view))
      const { service, server } = call
      return after(after(decorate({ service, server }), emit), done)
    },
    response(view, request) {
      const call = calls.get(request)
      if (call === undefined) return undefined
      call.open()
      const events = ['http:data', `http:${view.status}`]
      return after(call.service.emit(events, responseHeader(view), rawResponse(view)), () => call.close())
    },
  }
}

/** What one request has of the decorator: two ends, and at most one answer. */
class Call {
  readonly service: Ends<ResponseHeader> = new Ends('service', /^http:(data|\d{3})$/)
  readonly server: Server
  #open = true
  #answer: Answer | undefined
  #problem: string | undefined
  readonly #ignored: (why: string) => void

  constructor(ignored: (why: string) => void) {
    this.#ignored = ignored
    this.server = new Server((raw) => this.#respond(raw))
  }

  open(): void {
    this.#open = true
  }

  /** The handlers are done. Throws when what they gave was no response. */
  close(): Answer | undefined {
    this.#open = false
    if (this.#problem !== undefined) throw new Error(`respond: ${this.#problem}`)
    return this.#answer
  }

  /** Does not throw: it may be called from a timer, where nobody would catch it. */
  #respond(raw: string | Uint8Array): void {
    if (!this.#open) this.#ignored('it came after the handler was done (return the promise that it waits for)')
    else if (this.#answer !== undefined) this.#ignored('there is one already, and the first wins')
    else this.#take(parseRawResponse(raw))
  }

  #take(parsed: RawResponse): void {
    if (parsed.ok) this.#answer = parsed.answer
    else this.#problem ??= parsed.message
  }
}

class Ends<Header> {
  readonly #name: string
  readonly #events: RegExp
  readonly #handlers: { readonly event: string; readonly handler: Handler<Header> }[] = []

  constructor(name: string, events: RegExp) {
    this.#name = name
    this.#events = events
  }

  /** Throws on a name that never happens: a handler that waits for ever is a typing error nobody finds. */
  on(event: string, handler: Handler<Header>): this {
    if (!this.#events.test(event)) throw new TypeError(`${this.#name} has no event ${JSON.stringify(event)}`)
    this.#handlers.push({ event, handler })
    return this
  }

  /** Each event happens once a request. */
  once(event: string, handler: Handler<Header>): this {
    return this.on(event, handler)
  }

  /** Calls all handlers, then waits for those that gave a promise. */
  emit(events: readonly string[], header: Header, raw: string): void | Promise<void> {
    const pending: unknown[] = []
    const keep = (result: unknown): void => {
      if (isThenable(result)) pending.push(result)
    }
    try {
      for (const event of events) {
        for (const each of this.#handlers) if (each.event === event) keep(each.handler(header, raw))
      }
    } catch (error) {
      if (pending.length === 0) throw error
      pending.push(Promise.reject(error)) // and no other promise stays unheard
    }
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
  }
}

class Server extends Ends<RequestHeader> {
  readonly respond: (raw: string | Uint8Array) => void

  constructor(respond: (raw: string | Uint8Array) => void) {
    super('server', /^http:data$/)
    this.respond = respond
  }
}

function sayOnce(name: string, report: (text: string) => void): (why: string) => void {
  const said = new Set<string>()
  return (why) => {
    if (said.has(why)) return
    said.add(why)
    report(`decorator ${name}: an answer was ignored: ${why}`)
  }
}

function requestHeader({ method, target }: RequestView): RequestHeader {
  return { HTTPMethod: method, HTTPResource: target }
}

function responseHeader({ status, reason }: ResponseView): ResponseHeader {
  return { status: String(status), message: reason }
}

function rawRequest({ method, target, version, fields }: RequestView): string {
  return rawHead(`${method} ${target} HTTP/${version}`, fields)
}

function rawResponse({ version, status, reason, fields }: ResponseView): string {
  return rawHead(`HTTP/${version} ${status} ${reason}`, fields)
}

function rawHead(startLine: string, fields: readonly Field[]): string {
  return `${[startLine, ...fields.map(({ line }) => line)].join('\r\n')}\r\n\r\n`
}
