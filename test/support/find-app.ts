/**
 * `node test/support/find-app.ts HOST PORT [PID [CGROUP]]`: what findApp sees, and how it is explained, as JSON. For other users and
 * namespaces; an empty PID is none.
 */
import { findApp } from '../../src/resources/app.ts'
import { explain } from '../../src/resources/visibility.ts'

const [host = '', port = '', pid = '', cgroup] = process.argv.slice(2)
const target = { kind: 'tcp', host, port: Number(port) } as const
const sighting = findApp({ target, pid: pid === '' ? undefined : Number(pid), cgroup })
process.stdout.write(JSON.stringify({ ...sighting, ...explain(sighting) }))
