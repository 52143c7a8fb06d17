/**
 * Asks the app whether it is ready, the way its clients would reach it: one GET through podspan's own port. It calls itself a
 * kubelet's probe, so that it is neither traced nor touched.
 */
import { connect } from 'node:net'
import type { Clock } from '../clock.ts'
import { ResponseDecoder } from '../http1/decoder.ts'
import type { Limits } from '../limits.ts'

export interface AppProbeOptions {
  /** Podspan's own listener. */
  readonly address: { readonly host: string; readonly port: number }
  readonly path: string
  readonly clock: Clock
  readonly limits: Limits
}

/** Undefined when it is ready, else why not, in a few words. */
export type AppProbe = () => Promise<string | undefined>

/** Like the kubelet's own verdict: 200 to 399. */
const READY_BELOW = 400
const ANYWHERE = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** However many ask at the same time, the app is asked once. */
export function createAppProbe(options: AppProbeOptions): AppProbe {
  let asking: Promise<string | undefined> | undefined
  return () => {
    asking ??= ask(options).finally(() => {
      asking = undefined
    })
    return asking
  }
}

function ask({ address, path, clock, limits }: AppProbeOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = ANYWHERE.get(address.host) ?? address.host
    const socket = connect({ host, port: address.port })
    const decoder = new ResponseDecoder(limits)
    const settle = (why: string | undefined): void => {
      cancel()
      socket.destroy()
      resolve(why)
    }
    const cancel = clock.after(limits.appProbeMs, () => settle(`no answer to ${path} in ${limits.appProbeMs} ms`))
    decoder.expect('GET')
    socket.on('connect', () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: kube-probe/podspan\r\nConnection: close\r\n\r\n`,
      )
    })
    socket.on('data', (bytes: Buffer) => {
      decoder.push(bytes)
      for (let part = decoder.next(); part !== undefined; part = decoder.next()) {
        if (part.kind === 'error') return settle(`no HTTP answer to ${path}`)
        // After a 1xx comes the answer itself.
        if (part.kind === 'head' && part.head.status >= 200) return settle(verdict(path, part.head.status))
      }
    })
    socket.on('error', () => settle(`no connection for ${path}`))
    socket.on('close', () => settle(`no answer to ${path}`))
  })
}

function verdict(path: string, status: number): string | undefined {
  return status < READY_BELOW ? undefined : `${path} answered ${status}`
}
