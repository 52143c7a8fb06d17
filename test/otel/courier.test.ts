import { expect, test } from 'vitest'
import { Courier } from '../../otel/courier.ts'
import { createClock } from '../../src/clock.ts'
import { Ledger } from '../../src/ledger.ts'
import { DEFAULT_LIMITS } from '../../src/limits.ts'

function courier(unsupportedPauseMs: number): { courier: Courier; ledger: Ledger; said: string[] } {
  const ledger = new Ledger()
  const said: string[] = []
  const limits = { ...DEFAULT_LIMITS, unsupportedPauseMs, exportMs: 20 }
  return {
    courier: new Courier({ signal: 'metric', clock: createClock(), limits, ledger, say: (text) => said.push(text) }),
    ledger,
    said,
  }
}
const refusal = (code: number): Error => Object.assign(new Error('no'), { code })

test.each([404, 405, 501, 12])(
  'code %i means "not this signal"; it is asked again when the pause is over',
  async (code) => {
    const { courier: sender, ledger, said } = courier(0)
    for (let each = 0; each < 3; each++) await sender.send(2, (done) => done({ code: 1, error: refusal(code) }))
    await sender.send(2, (done) => done({ code: 0 }))
    expect(ledger.snapshot().metric).toMatchObject({ unsupported: 6, exported: 2 })
    expect(said).toHaveLength(1)
  },
)

test('an exporter that never answers is given up', async () => {
  const { courier: sender, ledger } = courier(0)
  await sender.send(4, () => {})
  expect(ledger.snapshot().metric.dropped).toEqual({ export_failed: 4 })
})

test('closing gives up what is under way, and counts it as that', async () => {
  const { courier: sender, ledger } = courier(0)
  const sending = sender.send(4, () => {})
  sender.close()
  await sending
  expect(ledger.snapshot().metric.dropped).toEqual({ shutdown: 4 })
})
