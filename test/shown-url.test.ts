import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shownUrl } from '../src/shown-url.ts'

it.each([
  ['http://collector:4318/v1/traces', 'http://collector:4318/v1/traces'],
  ['http://me:s3cret@collector:4318/v1/traces', 'http://collector:4318/v1/traces'],
  ['https://collector/v1/traces?api_key=s3cret#s3cret', 'https://collector/v1/traces'],
  ['HTTP://a@b@collector/', 'HTTP://collector/'],
  ['me:s3cret@collector:4317', 'collector:4317'],
])('%s is shown as %s', (text, shown) => {
  expect(shownUrl(text)).toBe(shown)
})

it('never shows a password or a query, whatever the URL', () => {
  fc.assert(
    fc.property(fc.webUrl(), fc.stringMatching(/^[a-z0-9]{12}$/), (base, secret) => {
      const url = new URL(base)
      url.username = 'me'
      url.password = secret
      url.searchParams.set('key', secret)
      expect(shownUrl(url.href)).not.toContain(secret)
    }),
  )
})
