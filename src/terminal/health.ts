/** Asks the health port of a podspan in the same container: for HEALTHCHECK and exec probes, where there is no curl and no shell. */
import type { Clock } from '../clock.ts'
import { http } from '../node-http.ts'
import { printable } from '../printable.ts'

export interface HealthQuestion {
  readonly port: number
  readonly path: '/healthz' | '/readyz'
  readonly clock: Clock
}

/** Shorter than the second that a kubelet waits. */
const WITHIN_MS = 800
const HOST = '127.0.0.1'

/** Of what is said, for people. */
const SAID_MAX = 200

/** A 200 alone says nothing: any web server may stand on that port. */
function verdict(path: string, status: number, said: string): string | undefined {
  if (status === 200) return said === 'ok' ? undefined : `who answers ${path} there is no podspan`
  return `${path} is ${status}: ${printable(said)}`
}

/** Undefined when all is well, else what was found. */
export function askHealth({ port, path, clock }: HealthQuestion): Promise<string | undefined> {
  return new Promise((resolve) => {
    const settle = (why: string | undefined): void => {
      cancel()
      request.destroy()
      resolve(why)
    }
    const request = http.get({ host: HOST, port, path }, (response) => {
      const { statusCode } = response
      let said = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        said = `${said}${text}`.slice(0, SAID_MAX)
      })
      response.once('end', () => settle(verdict(path, statusCode ?? 0, said.trim())))
    })
    request.on('error', (error: NodeJS.ErrnoException) => settle(`nobody answers on port ${port} (${error.code})`))
    const cancel = clock.after(WITHIN_MS, () => settle(`no answer on port ${port} in ${WITHIN_MS} ms`))
  })
}
