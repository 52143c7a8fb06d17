import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fragmentOf, placeOf } from '../../src/dashboard/place.ts'

it('comes back from the fragment of an address as it went in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.option(fc.nat(), { nil: undefined }), (where, exchange) => {
      const place = exchange === undefined ? { where } : { where, exchange }
      expect(placeOf(fragmentOf(place))).toEqual(place)
    }),
  )
})

it.each(['', '#', '#exchange=', '#exchange=1e3', '#exchange=-1', '#exchange=99999999999999999', '#%%%'])(
  'is nothing in particular where somebody wrote %j',
  (fragment) => {
    expect(placeOf(fragment)).toEqual({ where: '' })
  },
)
