/**
 * `node test/support/find-app.ts HOST PORT [PID [CGROUP]]`: what findApp sees, and how it is explained, as JSON. For other users and
 * namespaces; an empty PID is none. FIND_UNIX: the path of a unix socket in place of host and port.
 */
import { findApp } from '../../src/resources/app.ts'
import { explain } from '../../src/resources/visibility.ts'

const [host = '', port = '', pid = '', cgroup] = process.argv.slice(2)
const path = process.env.FIND_UNIX
const target =
  path === undefined ? ({ kind: 'tcp', host, port: Number(port) } as const) : ({ kind: 'unix', path } as const)
const sighting = findApp({ target, pid: pid === '' ? undefined : Number(pid), cgroup })
process.stdout.write(JSON.stringify({ ...sighting, ...explain(sighting) }))
