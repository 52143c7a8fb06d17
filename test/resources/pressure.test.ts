import { expect, it } from 'vitest'
import { parsePressure, pressuresOf } from '../../src/resources/pressure.ts'

it.each([
  [
    'some avg10=17.16 avg60=36.21 avg300=27.52 total=2002770979\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n',
    { someSeconds: 2002.770979, fullSeconds: 0.000005 },
  ],
  // The CPU's on kernels before 5.13.
  ['some avg10=0.00 avg60=0.00 avg300=0.00 total=12\n', { someSeconds: 0.000012 }],
  ['full avg10=0.00 avg60=0.00 avg300=0.00 total=12\n', undefined],
  ['some avg10=0.00 total=many\n', undefined],
  ['some avg10=0.00 total=999999999999999999999\n', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j', (text, pressure) => {
  expect(parsePressure(text)).toEqual(pressure)
})

it('leaves out the resource that is not told of', () => {
  expect(pressuresOf((resource) => (resource === 'io' ? undefined : 'some total=1000000\n'))).toEqual({
    cpu: { someSeconds: 1 },
    memory: { someSeconds: 1 },
  })
})
