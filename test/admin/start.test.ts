import { expect, test } from 'vitest'
import { type Admin, startAdmin } from '../../src/admin/start.ts'
import { ask, seenBy } from '../support/admin.ts'

test('it serves, its port is its own, and closing gives the port back', async () => {
  const seen = seenBy()
  seen.overview.stop()
  const admin = (await startAdmin(seen, { host: '127.0.0.1', port: 0 })) as Admin
  expect(admin.host).toBe('127.0.0.1')
  expect((await ask(admin.port, '/healthz')).body).toBe('ok\n')
  expect((await ask(admin.port, '/')).headers['content-security-policy']).toContain("script-src 'self'")
  const address = { host: '127.0.0.1', port: admin.port }
  expect(await startAdmin(seen, address)).toEqual({ code: 'EADDRINUSE' })
  admin.close()
  const again = (await startAdmin(seen, address)) as Admin
  expect(again.port).toBe(admin.port)
  again.close()
})

test('while no clients are taken it is not ready', async () => {
  let port = 0
  const seen = seenBy({ listeningPort: () => port })
  seen.overview.stop()
  const admin = (await startAdmin(seen, { host: '127.0.0.1', port: 0 })) as Admin
  expect((await ask(admin.port, '/readyz')).status).toBe(503)
  port = 8080
  expect((await ask(admin.port, '/readyz')).status).toBe(200)
  expect((await ask(admin.port, '/healthz')).status).toBe(200)
  admin.close()
})
