/** Names of ports and protocols, and what podspan makes of them. */
import { expect, test } from 'vitest'
import { deployment, done, problemsOf, service } from '../support/inject.ts'

const named = (name: string): string => deployment({ ports: `[{containerPort: 3000, name: ${name}}]` })
const probed = (probe: string): string => deployment({ container: `readinessProbe: ${probe}` })
const served = (port: string): string => deployment({}) + service(`{port: 80, targetPort: 3000, ${port}}`)

test.each<[text: string, protocol: string]>([
  ...['grpc', 'grpc-api', 'grpcs'].map((name): [string, string] => [named(name), 'gRPC']),
  ...['http2', 'http2-web', 'h2c'].map((name): [string, string] => [named(name), 'HTTP/2']),
  ...['https', 'https-web', 'tls', 'tls-x'].map((name): [string, string] => [named(name), 'TLS']),
  [probed('{grpc: {port: 3000}}'), 'gRPC'],
  [probed('{httpGet: {port: 3000, scheme: HTTPS}}'), 'TLS'],
  ...['kubernetes.io/h2c', 'h2c', 'http2'].map((name): [string, string] => [served(`appProtocol: ${name}`), 'HTTP/2']),
  [served('appProtocol: grpc'), 'gRPC'],
  ...['https', 'HTTPS', 'tls', 'kubernetes.io/wss'].map((name): [string, string] => [
    served(`appProtocol: ${name}`),
    'TLS',
  ]),
  ...['tcp', 'mysql', 'redis'].map((name): [string, string] => [served(`appProtocol: ${name}`), 'no HTTP']),
  [served('name: grpc-web2'), ''],
  [served('name: https'), 'TLS'],
  [named('http'), ''],
  [named('web'), ''],
  [named('grpc-web'), ''],
  [probed('{grpc: {port: 3001}}'), ''],
  [probed('{httpGet: {port: 3001, scheme: HTTPS}}'), ''],
  [probed('{httpGet: {port: 3000, scheme: HTTP}}'), ''],
  [served('appProtocol: http'), ''],
  [served('appProtocol: kubernetes.io/ws'), ''],
  [served('appProtocol: example.com/own'), ''],
  [deployment({}) + service('{port: 443, targetPort: 8443, name: https}'), ''],
])('%s is refused for %j', (text, protocol) => {
  const problems = problemsOf(text)
  expect(problems).toHaveLength(protocol === '' ? 0 : 1)
  if (protocol !== '') expect(problems[0]).toContain(`says that the port speaks ${protocol}; podspan reads HTTP/1.1`)
  // Unread, everything passes.
  expect(done(text, { opaque: true }).documents[0].spec.template.spec.initContainers[0].args).toContain('--opaque')
})
