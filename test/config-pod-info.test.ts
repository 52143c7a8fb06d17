import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { readPodInfo } from '../src/config-pod-info.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function podInfo(files: { labels?: string; annotations?: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'podinfo-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('labels name the service, annotations name anything and win', () => {
  const labels = 'app.kubernetes.io/name="shop"\napp.kubernetes.io/version="1.2"\npod-template-hash="x"\n'
  expect(readPodInfo(podInfo({ labels }))).toEqual({ 'service.name': 'shop', 'service.version': '1.2' })
  const annotations =
    'resource.opentelemetry.io/service.name="store"\nresource.opentelemetry.io/team="a \\"b\\"\\n"\nother="x"'
  expect(readPodInfo(podInfo({ labels, annotations }))).toEqual({
    'service.name': 'store',
    'service.version': '1.2',
    team: 'a "b"\n',
  })
})

test('the instance comes before the name; lines that make no sense cost only themselves', () => {
  const labels = 'nonsense\n=""\nx=unquoted\napp.kubernetes.io/name="shop"\napp.kubernetes.io/instance="shop-eu"'
  expect(readPodInfo(podInfo({ labels }))).toEqual({ 'service.name': 'shop-eu' })
})

test('no folder says nothing', () => {
  expect(readPodInfo('/nowhere/at/all')).toEqual({})
})

test('environment beats annotations, annotations beat labels, labels beat what is derived', () => {
  const folder = podInfo({
    labels: 'app.kubernetes.io/name="label"\napp.kubernetes.io/version="1"',
    annotations: 'resource.opentelemetry.io/deployment.environment.name="annotated"',
  })
  const read = (env: Record<string, string>) => {
    const result = readConfig({ target: '1', podInfo: folder }, env, { hostname: 'web-5d4f8c7b9d-x2x4z', version: '1' })
    return result.ok ? result.config.telemetry.resource : {}
  }
  expect(read({})).toMatchObject({
    'service.name': 'label',
    'deployment.environment.name': 'annotated',
    'k8s.deployment.name': 'web',
    'k8s.replicaset.name': 'web-5d4f8c7b9d',
  })
  expect(
    read({ OTEL_SERVICE_NAME: 'env', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod' }),
  ).toMatchObject({
    'service.name': 'env',
    'deployment.environment.name': 'prod',
  })
})
