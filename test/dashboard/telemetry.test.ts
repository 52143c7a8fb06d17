import { describe, expect, it } from 'vitest'
import { deliveriesOf, lossOf } from '../../src/dashboard/telemetry.ts'
import { type BackendState, DROP_REASONS, type Signal } from '../../src/ledger.ts'
import { books } from '../support/seen.ts'

describe('the books', () => {
  it('say that nothing is lost', () => {
    const ledger = books((each) => each.created('exchange', 1_234))
    expect(lossOf({ ledger, backends: [] })).toEqual({
      tone: 'good',
      text: 'Nothing is lost.',
      more: '1,234 requests on the books',
    })
  })

  it('say what is lost, how much of it, and why', () => {
    const ledger = books((each) => {
      each.dropped('span', 'queue_full', 3)
      each.dropped('span', 'rejected', 1)
      each.dropped('metric', 'export_failed', 1)
    })
    const { tone, text, more } = lossOf({ ledger, backends: [] })
    expect(tone).toBe('bad')
    expect(text).toBe('Lost: 4 spans, 1 metric point.')
    expect(more).toContain('3 spans: the queue was full; 1 span: the backend rejected them')
  })

  it.each(DROP_REASONS)('have words for %s', (reason) => {
    const { more } = lossOf({ ledger: books((each) => each.dropped('log', reason)), backends: [] })
    expect(more).toMatch(/^1 log record: [a-z ]+$/)
  })
})

describe('a backend', () => {
  const NOW = 1_000_000
  const backend = (more: Partial<BackendState>): BackendState => ({
    signal: 'span',
    endpoint: 'http://otel:4318/v1/traces',
    mood: 'fine',
    queued: 0,
    queueMax: 2_048,
    ...more,
  })
  const said = (more: Partial<BackendState>): string => {
    const [{ tone, text, more: why = '' } = { tone: '', text: '' }] = deliveriesOf(
      { ledger: books(), backends: [backend(more)] },
      NOW,
    )
    return `${tone}: ${text} ${why}`.trim()
  }

  it.each<[Partial<BackendState>, string]>([
    [{ mood: 'untried' }, 'neutral: Spans: nothing was sent yet.'],
    [{ deliveredAtMs: NOW - 300 }, 'good: Spans arrive. last just now'],
    [{ deliveredAtMs: NOW - 2_100, queued: 41 }, 'good: Spans arrive. last 2 s ago, 41 under way'],
    [
      { mood: 'failing', reason: 'ECONNREFUSED', queued: 512, deliveredAtMs: NOW - 60_000 },
      'bad: Spans do not arrive; the last did 1 min ago; 512 of at most 2,048 wait. ECONNREFUSED',
    ],
    [{ mood: 'failing', queued: 1 }, 'bad: Spans do not arrive, and none did yet; 1 of at most 2,048 waits.'],
    [{ mood: 'refused', reason: '401' }, 'bad: Spans are refused, and none did yet; 0 of at most 2,048 wait. 401'],
    [{ mood: 'unsupported', signal: 'metric' }, 'neutral: Metric points are not taken there, and not sent.'],
  ])('%j is told as: %s', (more, words) => {
    expect(said(more)).toBe(words)
  })

  it('is told for each signal, with where it goes', () => {
    const backends = (['span', 'metric'] satisfies Signal[]).map((signal) => backend({ signal }))
    const deliveries = deliveriesOf({ ledger: books(), backends }, NOW)
    expect(deliveries.map(({ text }) => text)).toEqual(['Spans arrive.', 'Metric points arrive.'])
    expect(deliveries[0]?.to).toBe('http://otel:4318/v1/traces')
  })

  it('is missed when there is none', () => {
    const [{ text } = { text: '' }] = deliveriesOf({ ledger: books(), backends: [] }, NOW)
    expect(text).toBe('Nothing is exported: no OTLP endpoint is set.')
  })
})
