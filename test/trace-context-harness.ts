/**
 * Starts a sidecar before a plain service and another before what it calls, on the ports given, for the W3C Trace Context
 * test suite to be pointed at: `npm run trace-context:harness -- 5001 5000 5002`, then
 * `SPEC_LEVEL=2 STRICT_LEVEL=2 python3 test.py http://127.0.0.1:5001/test` in the suite's folder.
 */
import { startPod } from './support/trace-context.ts'

/** Where the suite listens for the calls that the service makes. */
const SUITE_HOSTS = '127.0.0.1,localhost'

const [ingress = 5001, service = 5000, egress = 5002] = process.argv.slice(2).map(Number)
const pod = await startPod({ ingress, service, egress }, SUITE_HOSTS)
console.log(
  `ingress http://127.0.0.1:${pod.ingress}/test, service ${pod.service}, egress ${pod.egress}; Ctrl-C ends them`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => pod.close())
