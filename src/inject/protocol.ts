/** What a port speaks, as far as its names say: what is not HTTP/1.1 podspan can only pass on unread. */
import type { App } from './app.ts'
import type { Cursor } from './cursor.ts'
import { probesOf } from './workload.ts'

const BY_NAME: readonly (readonly [pattern: RegExp, protocol: string])[] = [
  // gRPC-Web is HTTP/1.1.
  [/^grpc(?!-web)/, 'gRPC'],
  [/^(http2|h2c)/, 'HTTP/2'],
  [/^(https|tls)/, 'TLS'],
]

const BY_APP_PROTOCOL: Readonly<Record<string, string>> = {
  'kubernetes.io/h2c': 'HTTP/2',
  'kubernetes.io/wss': 'TLS',
  grpc: 'gRPC',
  h2c: 'HTTP/2',
  http2: 'HTTP/2',
  https: 'TLS',
  tls: 'TLS',
  tcp: 'no HTTP',
  mongo: 'no HTTP',
  mysql: 'no HTTP',
  postgresql: 'no HTTP',
  redis: 'no HTTP',
}

const REMEDY = '--opaque passes its bytes unread; --app-port names another port'

/** At the app's own container: the name of its port, and how it is probed. */
export function refuseProtocolOfApp({ container, port, declared }: App): void {
  refuseName(declared?.at.at('name'))
  for (const probe of probesOf(container).filter((each) => each.port === port)) {
    if (probe.kind === 'grpc') refuse(probe.at, 'gRPC')
    if (probe.kind === 'httpGet' && probe.at.at('scheme').text() === 'HTTPS') refuse(probe.at.at('scheme'), 'TLS')
  }
}

/** At a Service's port that leads to the app. */
export function refuseProtocolOfService(port: Cursor): void {
  refuseName(port.at('name'))
  const appProtocol = port.at('appProtocol')
  const name = (appProtocol.text() ?? '').toLowerCase()
  const protocol = Object.hasOwn(BY_APP_PROTOCOL, name) ? BY_APP_PROTOCOL[name] : undefined
  if (protocol !== undefined) refuse(appProtocol, protocol)
}

function refuseName(name: Cursor | undefined): void {
  const text = name?.text()
  const [, protocol] = BY_NAME.find(([pattern]) => text !== undefined && pattern.test(text)) ?? []
  if (name !== undefined && protocol !== undefined) refuse(name, protocol)
}

function refuse(at: Cursor, protocol: string): void {
  at.refuse(`says that the port speaks ${protocol}; podspan reads HTTP/1.1`, REMEDY)
}
