import { describe, expect, it } from 'vitest'
import { createFailures, type Failures } from '../../src/decorators/failures.ts'

function recorded(decoratorReportsMax = 10): { failures: Failures; said: string[] } {
  const said: string[] = []
  const limits = { decoratorReportsMax, capturedTextBytesMax: 40 }
  return { failures: createFailures({ limits, report: (text) => said.push(text) }), said }
}

describe('failures', () => {
  it('says each once for each decorator, and notes every one', () => {
    const { failures, said } = recorded()
    for (const name of ['a', 'a', 'b']) expect(failures(name, 'x')).toEqual({ name, did: 'failed', message: 'x' })
    failures('a', 'y')
    expect(said).toEqual([
      'decorator a failed and was bypassed: x',
      'decorator b failed and was bypassed: x',
      'decorator a failed and was bypassed: y',
    ])
  })

  it('says where an error came from', () => {
    const { failures, said } = recorded()
    failures('a', new Error('boom'))
    expect(said).toEqual([expect.stringMatching(/: boom \(at .*failures\.test\.ts.*\)$/)])
  })

  it('stops at the bound, and says that it does', () => {
    const { failures, said } = recorded(3)
    for (let turn = 0; turn < 100; turn++) failures('a', `x ${turn}`)
    expect(said).toHaveLength(4)
    expect(said.at(-1)).toContain('further failures')
  })

  it.each([
    [undefined, 'undefined'],
    [Object.create(null), 'it threw something that has no text'],
    [
      {
        toString(): string {
          throw new Error('no')
        },
      },
      'it threw something that has no text',
    ],
    ['y'.repeat(100), 'y'.repeat(40)],
  ])('takes whatever was thrown: case %#', (thrown, message) => {
    expect(recorded().failures('a', thrown).message).toBe(message)
  })
})
