/** Node's TLS, for whoever has to speak it: 8 MiB, and most telemetry stays in the cluster. It brings no HTTP. */
import { createRequire } from 'node:module'
import type * as Tls from 'node:tls'

const require = createRequire(import.meta.url)

export function tls(): typeof Tls {
  return require('node:tls')
}
