/** Things that a person should know about what passes, each said once. */
import type { Exchange, ExchangeSink } from '../exchange.ts'

/** Tells of an app that has an SDK of its own while nobody said so: its requests would be counted twice. */
export function instrumentedAppHint(say: (text: string) => void): ExchangeSink {
  let isSaid = false
  return ({ appSpan }: Exchange) => {
    if (appSpan !== true || isSaid) return
    isSaid = true
    say(
      'the app makes spans of its own (its answers name them); start podspan with --app-instrumented, or it counts twice',
    )
  }
}
