import { expect, test } from 'vitest'
import { done, GOLDEN, goldenInput } from '../support/inject.ts'

test('under Knative podspan has the port and the probes, and the app is told its port', () => {
  const [app, sidecar] = done(goldenInput('knative'), GOLDEN.knative).documents[0].spec.template.spec.containers
  expect(app).toMatchObject({ ports: null, readinessProbe: null })
  expect(app.env.at(-1)).toEqual({ name: 'PORT', value: '9000' })
  expect(sidecar).toMatchObject({ ports: [{ containerPort: 8080 }], readinessProbe: { httpGet: { path: '/ready' } } })
  const told = goldenInput('knative').replace('GREETING', 'PORT')
  expect(done(told).documents[0].spec.template.spec.containers[0].env).toEqual([{ name: 'PORT', value: 'yes' }])
  const bare =
    'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: x, image: y}]}}}\n'
  const { documents, notes } = done(bare)
  expect(documents[0].spec.template.spec.containers[1].args).toEqual(['--port', '8081', '--target', '8080'])
  expect(notes.join('\n')).toContain(
    'without a readinessProbe Knative sends requests before the app listens, and they wait for it',
  )
})
