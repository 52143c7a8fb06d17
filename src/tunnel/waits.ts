/** What a connection waits for at this moment, of its client, of that client's reading, and of the app. Pure. */
import type { Waiting, Waits } from './patience.ts'

export interface ConnectionState {
  readonly client: { readonly writableLength: number; readonly bytesWritten?: number }
  readonly turn: { readonly awaits: 'body' | 'answer' | undefined } | undefined
  readonly splice: { bytes(): number } | undefined
  /** So many requests have come. */
  readonly requests: number
  readonly bytesRead: number
  readonly isIdle: boolean
  readonly isClosing: boolean
  /** The app takes no more for now: the client is not read, and nothing is asked of it. */
  readonly originFull: boolean
  readonly clientEnded: boolean
}

export function waitsOf(state: ConnectionState): Waits {
  const { client, turn, splice } = state
  const waits = (what: Waiting['for'], bytes = 0): Waiting => ({ for: what, turn: state.requests, bytes })
  if (splice !== undefined) return { client: waits('tunnel', splice.bytes()) }
  const { writableLength, bytesWritten = 0 } = client
  const reader = writableLength > 0 ? waits('reader', bytesWritten - writableLength) : undefined
  if (state.isClosing) return { reader }
  if (turn === undefined) {
    return state.isIdle
      ? { reader, client: waits('idle'), origin: waits('originIdle') }
      : { reader, client: waits('head') }
  }
  const isBody = turn.awaits === 'body' && !state.originFull
  const ended = state.clientEnded ? waits('halfClosed', bytesWritten) : undefined
  return {
    reader,
    client: isBody ? waits('body', state.bytesRead) : ended,
    origin: turn.awaits === 'answer' ? waits('answer') : undefined,
  }
}
