/** HAProxy as a plain proxy: one thread, kept connections to the app, no log. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand, type Launch } from './program.ts'

/** Undefined when HAProxy is not there. */
export function haproxy(folder: string, port: number, target: number): Omit<Launch, 'cores'> | undefined {
  const command = findCommand('haproxy')
  if (command === undefined) return undefined
  const config = join(folder, 'haproxy.cfg')
  writeFileSync(
    config,
    `global
  maxconn 8000
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  http-reuse safe
frontend clients
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server app 127.0.0.1:${target}
`,
  )
  return { command, args: ['-db', '-f', config] }
}
