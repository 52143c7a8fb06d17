import { expect, test } from 'vitest'
import { checkDashboard } from '../../src/check/dashboard.ts'
import { configOf } from '../support/config.ts'
import { startDashboard } from '../support/dashboard.ts'
import { askingFor, desertedPort, http, ssh } from '../support/strangers.ts'

const found = async (push: string | undefined) =>
  (await checkDashboard(configOf({ target: '1', ...(push !== undefined && { push }) }), askingFor())).findings

test('nobody asked for one', async () => {
  expect(await found(undefined)).toEqual([])
})

test('it is there, nothing is posted, and no secret is shown', async () => {
  const methods: unknown[] = []
  const port = await http(({ method }, response) => {
    methods.push(method)
    response.writeHead(404).end()
  })
  const findings = await found(`http://me:s3cret@127.0.0.1:${port}/podspan?key=s3cret`)
  expect(findings).toMatchObject([
    { about: 'push', mark: 'ok', found: expect.stringContaining(`http://127.0.0.1:${port}/podspan is there`) },
  ])
  expect(JSON.stringify(findings)).not.toContain('s3cret')
  expect(methods).toEqual(['GET'])
})

test('it is not', async () => {
  const dashboard = await startDashboard()
  await dashboard.close()
  expect(await found(dashboard.url)).toMatchObject([
    { mark: 'failed', found: expect.stringContaining('nobody answers there (ECONNREFUSED)') },
  ])
  expect(await found(`http://no-such-dashboard.invalid:${await desertedPort()}/`)).toMatchObject([
    { mark: 'failed', found: expect.stringContaining('not resolved') },
  ])
  expect(await found(`https://127.0.0.1:${await desertedPort()}/`)).toMatchObject([{ mark: 'failed' }])
  expect(await found(`http://127.0.0.1:${await ssh()}/`)).toMatchObject([
    { mark: 'failed', found: expect.stringContaining('no HTTP/1.1') },
  ])
})
