import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestLabels } from '../../otel/request-labels.ts'
import { exchangeOf } from '../support/observed.ts'

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST'])
const either = <Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values)
const maybe = <Key extends string, Value>(key: Key, value: Value) =>
  fc.constantFrom({}, { [key]: value } as { [K in Key]: Value })

/** All that a label is made of, each of two or three values, so that what comes next differs in one of them. */
const seen = fc
  .record({
    kind: either('server' as const, 'client' as const),
    outcome: either('complete' as const, 'origin-aborted' as const),
    status: either(undefined, 200, 500),
    request: either(undefined, {
      method: 'GET',
      path: '/a',
      scheme: 'http',
      bytes: 0,
    }),
    version: either('1.0', '1.1'),
    method: either('GET', 'POST', 'BREW'),
    host: maybe('host', 'app:81'),
    route: maybe('route', '/{a}'),
    forwarded: maybe('forwarded', { proto: 'https' }),
    error: maybe('error', { type: 'ECONNRESET', at: 'origin' as const }),
  })
  .map(({ request, status, version, method, host, route, forwarded, error, ...rest }) =>
    exchangeOf(1, {
      ...rest,
      ...forwarded,
      ...error,
      request: request && { ...request, ...host, ...route, method, httpVersion: version },
      response: status === undefined ? undefined : { status, reason: '', bytes: 0 },
    }),
  )

test('labels are those of the exchange, whatever came before it', () => {
  fc.assert(
    fc.property(fc.array(seen, { minLength: 2, maxLength: 6 }), (exchanges) => {
      const labels = new RequestLabels({ methods: METHODS, hostsMax: 9 })
      for (const exchange of exchanges) {
        const { key, attributes } = labels.of(exchange)
        const alone = new RequestLabels({ methods: METHODS, hostsMax: 9 }).of(exchange)
        expect(attributes()).toEqual(alone.attributes())
        // The names of hosts in keys are numbers, in the order in which they came.
        if (exchange.kind === 'server') expect(key).toBe(alone.key)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('the same labels have the same key, and other labels another', () => {
  fc.assert(
    fc.property(seen, seen, (one, other) => {
      const labels = new RequestLabels({ methods: METHODS, hostsMax: 9 })
      const [a, b] = [labels.of(one), labels.of(other)]
      if (one.kind !== other.kind) return
      expect(a.key === b.key).toBe(JSON.stringify(a.attributes()) === JSON.stringify(b.attributes()))
    }),
    { numRuns: 1_000 },
  )
})
