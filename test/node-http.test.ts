import { describe, expect, it } from 'vitest'
import { loadedBy } from './support/loaded.ts'

const OWN = JSON.stringify(new URL('../src/node-http.ts', import.meta.url).href)
const HTTP = 'NativeModule http'
const UNDICI = 'NativeModule internal/deps/undici/undici'
const TLS = 'NativeModule tls'

describe('http', () => {
  it('is there without undici and TLS', () => {
    const loaded = loadedBy(`const { http } = await import(${OWN}); new http.Agent(); http.createServer()`)
    expect(loaded).toContain(HTTP)
    expect(loaded).not.toContain(UNDICI)
    expect(loaded).not.toContain(TLS)
  })

  it('would bring undici by an import: as long as it does, this file has a reason', () => {
    expect(loadedBy(`await import('node:http')`)).toContain(UNDICI)
  })
})

describe('https', () => {
  it('brings TLS when it is asked for', () => {
    expect(loadedBy(`const { https } = await import(${OWN}); new (https().Agent)()`)).toContain(TLS)
  })
})
