/** The demo's traffic: a trickle of requests, as a few people and a health check would make. It knows only a URL. */
import { Agent, request } from 'node:http'
import { type Clock, every } from '../clock.ts'

const PERIOD_MS = 400

interface Step {
  readonly path: string
  readonly body?: string
}

/** One after the other, then from the start again. The token is there to be redacted. */
const ROUND: readonly Step[] = [
  { path: '/' },
  { path: '/users' },
  { path: '/users?page=2&token=demo-secret' },
  { path: '/slow' },
  { path: '/files/logo.png' },
  { path: '/flaky' },
  { path: '/echo', body: '{"hello":"podspan"}' },
  { path: '/stream' },
  { path: '/missing?token=demo-secret' },
  { path: '/flaky' },
]

/** Sends a few requests per second to `url` until the returned function is called. What fails is not said: the spans tell. */
export function startTraffic({ clock, url }: { readonly clock: Clock; readonly url: string }): () => void {
  const agent = new Agent({ keepAlive: true })
  let sent = 0
  const stop = every(clock, PERIOD_MS, () => {
    const step = ROUND[sent++ % ROUND.length]
    if (step !== undefined) send(url, step, agent)
  })
  return () => {
    stop()
    agent.destroy()
  }
}

function send(url: string, { path, body }: Step, agent: Agent): void {
  const options = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }
  request(new URL(path, url), { agent, ...options }, (response) => {
    response.on('error', () => {})
    response.resume()
  })
    .on('error', () => {})
    .end(body)
}
