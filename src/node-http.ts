/**
 * Node's HTTP by `require`. An `import` reads every export of a module, and of node:http one is undici's WebSocket: it would be
 * loaded into the thread, 14 MiB, and nobody here uses it.
 */
import type * as Http from 'node:http'
import type * as Https from 'node:https'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const http: typeof Http = require('node:http')

/** It brings TLS, 8 MiB: for whoever has an https URL. */
export function https(): typeof Https {
  return require('node:https')
}
