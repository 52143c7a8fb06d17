/** The tracestate a request came with, in the shape the exporters ask for. It was validated where it was received. */
import type { TraceState } from '@opentelemetry/api'

export function traceStateOf(text: string): TraceState {
  const members = new Map(
    text.split(',').map((member): [string, string] => {
      const at = member.indexOf('=')
      return [member.slice(0, at), member.slice(at + 1)]
    }),
  )
  const rebuilt = (entries: Iterable<[string, string]>): TraceState =>
    traceStateOf([...entries].map(([key, value]) => `${key}=${value}`).join(','))
  return {
    get: (key) => members.get(key),
    set: (key, value) => rebuilt([[key, value], ...[...members].filter(([name]) => name !== key)]),
    unset: (key) => rebuilt([...members].filter(([name]) => name !== key)),
    serialize: () => text,
  }
}
