/** The data threads as one thing, however many there are; types only. */
import type { Producer } from '../handoff.ts'
import type { ListenFailure } from '../tunnel/listen.ts'

export interface Data {
  /** One for each thread, in their order. */
  readonly producers: readonly Producer[]
  /** Resolves when all threads listen, on one port. */
  listen(): Promise<{ readonly host: string; readonly port: number } | DataFailure>
  /** Whether anybody is there for clients. */
  isListening(): boolean
  /** Hands over what waits on this very thread. */
  flush(): void
  /** Drains within the time given, hands over what waits, ends. */
  stop(withinMs: number): Promise<void>
}

export type DataFailure =
  | ListenFailure
  | { readonly kind: 'bad-decorators'; readonly problems: readonly string[] }
  /** A data thread ended, or could not be had, before it listened. */
  | { readonly kind: 'thread-ended'; readonly how: string }
