import { expect, it } from 'vitest'
import { loadedBy } from './support/loaded.ts'

const OWN = JSON.stringify(new URL('../src/node-tls.ts', import.meta.url).href)

it('brings TLS when it is asked for, and HTTP never', () => {
  expect(loadedBy(`await import(${OWN})`)).not.toContain('NativeModule tls')
  const loaded = loadedBy(`const { tls } = await import(${OWN}); tls()`)
  expect(loaded).toContain('NativeModule tls')
  expect(loaded).not.toContain('NativeModule http')
})
