/**
 * All decorators as one: asked in order, each guarded so that one which throws, never decides or gives nonsense is noted,
 * said once and bypassed while the others go on. Synchronous as long as every hook is.
 * It knows no socket and no wire: what was decided, the tunnel carries out.
 */
import type { DecoratorNote, Exchange } from '../exchange.ts'
import { checkAnswer, checkRequestChange, checkResponseChange } from './check.ts'
import type { Answer, Decorator, Maybe, RequestChange, RequestView, ResponseChange, ResponseView } from './decorator.ts'
import { createFailures, type FailureOptions, type Failures } from './failures.ts'
import { isThenable } from './promised.ts'

export interface Verdict<T> {
  readonly change: T | undefined
  readonly notes: readonly DecoratorNote[]
}

type Decided<T> = Verdict<T> | Promise<Verdict<T>>

/** None of these throws or rejects. */
export interface Chain {
  readonly wantsRequest: boolean
  readonly wantsResponse: boolean
  readonly wantsTap: boolean
  /**
   * The first answer ends it; changes add up. `view` itself is kept up to date with them: later hooks, and the response
   * hooks, see the same object with what the app will see in it.
   */
  request(view: RequestView): Decided<RequestChange | Answer>
  /** The first answer wins; the hooks after it still see what the app said, because they may only be watching. */
  response(view: ResponseView, request: RequestView): Decided<ResponseChange | Answer>
  tap(bytes: Uint8Array, from: 'client' | 'origin', exchangeId: number): void
  end(exchange: Exchange): void
}

export interface ChainOptions extends FailureOptions {
  readonly clock: { after(delayMs: number, callback: () => void): () => void }
  readonly limits: FailureOptions['limits'] & { readonly decoratorMs: number; readonly decoratorBodyBytesMax: number }
}

export function createChain(decorators: readonly Decorator[], options: ChainOptions): Chain {
  const failures = createFailures(options)
  const having = (hook: keyof Decorator): Decorator[] => decorators.filter((each) => each[hook] !== undefined)
  const [requests, responses, taps, ends] = [having('request'), having('response'), having('tap'), having('end')]
  return {
    wantsRequest: requests.length > 0,
    wantsResponse: responses.length > 0,
    wantsTap: taps.length > 0,
    request: (view) => new Round(requests, requestQuestion(view, options), failures, options).run(),
    response: (view, request) =>
      new Round(responses, responseQuestion(view, request, options), failures, options).run(),
    tap(bytes, from, exchangeId) {
      for (const decorator of taps) watch(decorator, failures, () => decorator.tap?.(bytes, from, exchangeId))
    },
    end(exchange) {
      // Their hands are on the record itself, before anybody else has read it.
      if (ends.length > 0) freezeWhole(exchange)
      for (const decorator of ends) watch(decorator, failures, () => decorator.end?.(exchange))
    },
  }
}

function freezeWhole(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeWhole(part)
}

/** What one round asks of each decorator, and how it takes what it gets. */
interface Question<T> {
  readonly ask: (decorator: Decorator) => Maybe<T>
  /** Throws when `found` can't be used. Undefined: it came too late to count. */
  readonly take: (found: T) => DecoratorNote['did'] | undefined
  readonly change: () => T | undefined
  /** Whether the decorators that remain need not be asked. */
  readonly settled: () => boolean
}

function requestQuestion(view: RequestView, { limits }: ChainOptions): Question<RequestChange | Answer> {
  let merged: RequestChange | Answer | undefined
  return {
    ask: (decorator) => decorator.request?.(view),
    take(found) {
      if (found.kind === 'answer') {
        merged = checkAnswer(found, limits.decoratorBodyBytesMax)
        return 'answered'
      }
      ensureKind(found.kind, 'request')
      const change = checkRequestChange(found, view)
      merged = { ...merged, ...change }
      const { kind, ...changed } = change
      Object.assign(view, changed)
      return 'changed-request'
    },
    change: () => merged,
    settled: () => merged?.kind === 'answer',
  }
}

function responseQuestion(
  received: ResponseView,
  request: RequestView,
  { limits }: ChainOptions,
): Question<ResponseChange | Answer> {
  let view = received
  let merged: ResponseChange | Answer | undefined
  return {
    ask: (decorator) => decorator.response?.(view, request),
    take(found) {
      if (merged?.kind === 'answer') return undefined
      if (found.kind === 'answer') {
        merged = checkAnswer(found, limits.decoratorBodyBytesMax)
        return 'answered'
      }
      ensureKind(found.kind, 'response')
      const change = checkResponseChange(found, view)
      merged = { ...merged, ...change }
      const { kind, ...changed } = change
      view = { ...view, ...changed }
      return 'changed-response'
    },
    change: () => merged,
    settled: () => false,
  }
}

function ensureKind(kind: string, wanted: string): void {
  if (kind !== wanted)
    throw new TypeError(`a ${wanted} hook gives nothing, or { kind: '${wanted}' } or { kind: 'answer' }`)
}

class Round<T> {
  /** An array's iterator goes on where it stopped: a round that had to wait continues with the next decorator. */
  readonly #left: Iterator<Decorator> & Iterable<Decorator>
  readonly #question: Question<T>
  readonly #failures: Failures
  readonly #options: ChainOptions
  readonly #notes: DecoratorNote[] = []

  constructor(decorators: readonly Decorator[], question: Question<T>, failures: Failures, options: ChainOptions) {
    this.#left = decorators.values()
    this.#question = question
    this.#failures = failures
    this.#options = options
  }

  run(): Decided<T> {
    for (const decorator of this.#left) {
      try {
        const found = this.#question.ask(decorator)
        if (isThenable(found)) return this.#wait(decorator, found)
        this.#take(decorator, found)
      } catch (error) {
        this.#notes.push(this.#failures(decorator.name, error))
      }
      if (this.#question.settled()) break
    }
    return { change: this.#question.change(), notes: this.#notes }
  }

  async #wait(decorator: Decorator, promised: PromiseLike<T | undefined>): Promise<Verdict<T>> {
    try {
      this.#take(decorator, await within(promised, this.#options))
    } catch (error) {
      this.#notes.push(this.#failures(decorator.name, error))
    }
    return this.#question.settled() ? { change: this.#question.change(), notes: this.#notes } : this.run()
  }

  /** null, too, is nothing: hooks are often written without types. */
  #take({ name }: Decorator, found: T | undefined): void {
    const did = found === undefined || found === null ? undefined : this.#question.take(found)
    if (did !== undefined) this.#notes.push({ name, did })
  }
}

function within<T>(promised: PromiseLike<T>, { clock, limits: { decoratorMs } }: ChainOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(decoratorMs, () => reject(new Error(`it had not decided after ${decoratorMs} ms`)))
    Promise.resolve(promised).finally(cancel).then(resolve, reject)
  })
}

/** Hooks that only watch. One written as an async function must not end the process by rejecting unheard. */
function watch({ name }: Decorator, failures: Failures, call: () => unknown): void {
  try {
    const result = call()
    if (isThenable(result)) result.then(undefined, (error: unknown) => failures(name, error))
  } catch (error) {
    failures(name, error)
  }
}
