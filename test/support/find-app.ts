/** `node test/support/find-app.ts HOST PORT`: what findApp sees, and how it is explained, as JSON. For other users and namespaces. */
import { findApp } from '../../src/resources/app.ts'
import { explain } from '../../src/resources/visibility.ts'

const [host = '', port = ''] = process.argv.slice(2)
const sighting = findApp({ target: { kind: 'tcp', host, port: Number(port) } })
process.stdout.write(JSON.stringify({ ...sighting, ...explain(sighting) }))
