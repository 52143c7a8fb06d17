import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelayMs } from '../../otel/retry-info.ts'
import { detail, statusOf, waiting } from '../support/rpc-status.ts'

describe('retryDelayMs', () => {
  it.each([
    ['a second and a half', waiting(1, 500_000_000), 1_500],
    ['a millisecond', waiting(0, 1_000_000), 1],
    ['no delay', detail('google.rpc.RetryInfo'), 0],
    ['a day', waiting(86_400, 0), 86_400_000],
  ])('tells %s', (_, info, expected) => {
    expect(retryDelayMs(statusOf(info))).toBe(expected)
    expect(retryDelayMs(statusOf(detail('google.rpc.DebugInfo'), info))).toBe(expected)
  })

  it('is never less than nothing: -1 s takes all ten bytes of a varint', () => {
    const seconds = Buffer.from([8, ...Array(9).fill(0xff), 1])
    const info = Buffer.concat([Buffer.from([10, seconds.length]), seconds])
    expect(retryDelayMs(statusOf(detail('google.rpc.RetryInfo', info)))).toBe(0)
  })

  it.each([
    ['a Status without details', statusOf()],
    ['another detail', statusOf(detail('google.rpc.ErrorInfo'))],
    ['nothing', new Uint8Array()],
    ['the name alone', Buffer.from('type.googleapis.com/google.rpc.RetryInfo')],
    ['a length beyond the end', Buffer.from([26, 99])],
    ['a length below zero', Buffer.from([26, ...Array(9).fill(0xff), 1])],
    ['a varint without an end', Buffer.alloc(20, 0xff)],
    ['a group', Buffer.from([27])],
  ])('finds none in %s', (_, status) => {
    expect(retryDelayMs(status)).toBeUndefined()
  })

  it('skips fields that it does not know', () => {
    const unknown = Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7d, 1, 2, 3, 4, 0x78, 1])
    expect(retryDelayMs(Buffer.concat([unknown, statusOf(waiting(2, 0)), unknown]))).toBe(2_000)
  })

  it('comes to an end on whatever bytes there are', () => {
    const good = statusOf(waiting(3, 0))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(good.length - 1), (bytes, at) => {
        for (const status of [bytes, Buffer.concat([good.subarray(0, at), bytes]), good.subarray(0, at)]) {
          const delay = retryDelayMs(status)
          if (delay !== undefined) expect(delay).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})
