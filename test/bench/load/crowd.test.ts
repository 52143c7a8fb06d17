import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { gather } from '../../../bench/load/crowd.ts'

let server: Server | undefined
afterEach(() => server?.close())

async function listening(greet: (socket: Socket) => void): Promise<number> {
  const started = createServer((socket) => greet(socket.on('error', () => {})))
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return (started.address() as { port: number }).port
}

test('each asks once, is answered and stays; they leave together', async () => {
  let asked = 0
  let here = 0
  const port = await listening((socket) => {
    here++
    socket.on('close', () => here--)
    socket.on('data', () => {
      asked++
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
    })
  })
  const crowd = await gather(port, 120)
  expect([asked, here]).toEqual([120, 120])
  crowd.leave()
  await expect.poll(() => here).toBe(0)
})

test('one that is turned away is told: fewer would be measured than are said', async () => {
  const port = await listening((socket) => socket.end())
  await expect(gather(port, 3)).rejects.toThrow('closed')
})
