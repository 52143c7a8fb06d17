import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SUBJECTS } from '../../../bench/subjects/subjects.ts'

const AROUND = { folder: '/nowhere', podspan: '/podspan/main.js', target: 1, collector: 'http://127.0.0.1:4318' }

test('the bundle is measured as the image starts it', () => {
  const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')
  const entrypoint: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]')
  const launch = SUBJECTS.find(({ key }) => key === 'podspan')?.launch(8080, AROUND)
  expect(launch?.args.slice(0, entrypoint.length - 1)).toEqual(entrypoint.slice(1))
  for (const [name, value] of Object.entries(launch?.env ?? {}))
    if (!name.startsWith('OTEL_')) expect(dockerfile).toContain(`${name}=${value}`)
})

test('telemetry is on where the name says so', () => {
  const envOf = (key: string) => SUBJECTS.find((subject) => subject.key === key)?.launch(8080, AROUND)?.env ?? {}
  expect(envOf('podspan').OTEL_EXPORTER_OTLP_ENDPOINT).toBe(AROUND.collector)
  expect(envOf('podspan-traces').OTEL_METRICS_EXPORTER).toBe('none')
  expect(envOf('podspan-off')).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT')
})
