/** Those who stay for a while: one reads the orders as they come, another talks to the help desk, and both leave again. */
import { WebSocket } from 'ws'
import { http } from '../node-http.ts'
import type { Errands } from './errands.ts'

export interface Visit {
  readonly url: string
  readonly errands: Errands
  readonly stayMs: number
}

const TALK_MS = 700

/** Reads the order feed, as a page of the warehouse would, and closes it. */
export function readFeed({ url, errands, stayMs }: Visit): void {
  const feed = http.get(new URL('/orders/feed', url), { headers: { accept: 'text/event-stream' } }, (response) => {
    response.on('error', () => {})
    response.resume()
  })
  feed.on('error', () => {})
  feed.on(
    'close',
    errands.until(() => feed.destroy()),
  )
  errands.after(stayMs, () => feed.destroy())
}

/** Says something now and then, and says goodbye, or is gone without it. */
export function talk({ url, errands, stayMs }: Visit, saysGoodbye: boolean): void {
  const chat = new WebSocket(new URL('/chat', url.replace(/^http/, 'ws')))
  chat.on('error', () => {})
  chat.on(
    'close',
    errands.until(() => chat.terminate()),
  )
  const say = (): void => {
    if (chat.readyState !== WebSocket.OPEN) return
    chat.send('is the teapot dishwasher safe?')
    errands.after(TALK_MS, say)
  }
  chat.on('open', say)
  errands.after(stayMs, () => (saysGoodbye ? chat.close(1_000, 'thank you') : chat.terminate()))
}
