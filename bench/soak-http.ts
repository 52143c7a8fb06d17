/** The honest conversations of the soak: every answer is checked. */
import { setTimeout as sleep } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { body, bodySize } from './soak-random.ts'
import { checkAnswer, download, requestHead, type Talk, toChunks } from './soak-talk.ts'
import { check } from './soak-tally.ts'
import type { Wire } from './soak-wire.ts'

export async function oneShot(talk: Talk): Promise<void> {
  const wanted = download(talk.random, ['body', 'chunked', 'hints', 'until-close'])
  const old = talk.random.percent(20)
  const wire = await talk.dial()
  talk.sent()
  const head = requestHead(wanted.method, wanted.path, 'Connection: close\r\n')
  wire.write(old ? head.replace('HTTP/1.1', 'HTTP/1.0') : head)
  // The app writes raw until-close answers, with a body even to a HEAD; those bytes must not come through.
  checkAnswer(await wire.answer(wanted.method), 200, wanted.bytes)
  const { bytes, how } = await wire.rest()
  check(bytes.length === 0 && how === 'FIN', `${bytes.length} bytes and ${how} after an answer with close`)
  talk.right()
}

/** GETs and POSTs on one connection; some ask the app to leave it a while later, in the way of the next request. */
export async function keepAlive(talk: Talk): Promise<void> {
  const { random } = talk
  const wire = await talk.dial()
  let leaving = false
  let nth = 0
  for (let left = 1 + random.below(20); left > 0; left--) {
    const leave = random.percent(10) ? `?leave=${random.below(6)}` : ''
    const upload = random.percent(30)
    talk.sent()
    talk.asked = `request ${++nth} of the connection, leaving ${leaving}, leave '${leave}'`
    const again = upload ? await post(talk, wire, leave, leaving) : await get(talk, wire, leave)
    if (!again) return
    leaving = leave !== ''
    if (random.percent(40)) await talk.nap(random.percent(5) ? 2_000 : 10)
  }
  if (random.percent(30)) wire.socket.resetAndDestroy()
}

/** A GET is always right, whatever the app did to the idle connection: podspan tries once more. */
async function get(talk: Talk, wire: Wire, leave: string): Promise<boolean> {
  if (talk.random.percent(10)) return bodiless(talk, wire, leave)
  const wanted = download(talk.random)
  talk.asked += `, ${wanted.method} ${wanted.path}`
  wire.write(requestHead(wanted.method, wanted.path + leave))
  const answer = await wire.answer(wanted.method)
  checkAnswer(answer, 200, wanted.bytes)
  check(!wanted.path.startsWith('/hints') || answer.interim.includes(103), 'the 103 got lost')
  talk.right()
  return answer.keepAlive
}

async function bodiless(talk: Talk, wire: Wire, leave: string): Promise<boolean> {
  const status = talk.random.pick([204, 304, 404, 500])
  wire.write(requestHead('GET', `/status/${status}${leave}`))
  const answer = await wire.answer('GET')
  checkAnswer(answer, status, Buffer.alloc(0))
  talk.right()
  return answer.keepAlive
}

/** A POST can't be sent twice: when the app was leaving, a 502 is the right answer. */
async function post(talk: Talk, wire: Wire, leave: string, leaving: boolean): Promise<boolean> {
  const { random } = talk
  const bytes = body(bodySize(random), random.below(2 ** 20))
  // A reset by the app soon after a large answer could take the end of it along.
  const mirror = leave === '' && random.percent(40)
  const path = (mirror ? '/mirror' : '/sum') + leave
  talk.asked += `, POST ${path} ${bytes.length}`
  const expects = random.percent(20) && bytes.length > 0 ? 'Expect: 100-continue\r\n' : ''
  const chunked = random.percent(50)
  wire.write(
    requestHead(
      'POST',
      path,
      `${expects}${chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes.length}`}\r\n`,
    ),
  )
  if (expects !== '') {
    const { status } = await wire.head()
    if (status === 502 && leaving) return excuse(talk)
    if (status !== 100)
      checkAnswer({ status, fields: new Map(), interim: [], body: Buffer.alloc(0), keepAlive: false }, 100)
  }
  for (const piece of chunked ? toChunks(random, bytes) : [bytes]) {
    wire.write(piece)
    if (random.percent(10)) await talk.nap(5)
  }
  const answer = await wire.answer('POST')
  if (answer.status === 502 && leaving) return excuse(talk)
  checkAnswer(answer, 200, mirror ? bytes : Buffer.from(`${bytes.length} ${crc32(bytes)}`))
  talk.right()
  return answer.keepAlive
}

function excuse(talk: Talk): false {
  talk.tally.excused(talk.kind)
  return false
}

export async function pipelined(talk: Talk): Promise<void> {
  const wanted = Array.from({ length: 2 + talk.random.below(8) }, () => download(talk.random, ['body', 'chunked']))
  const wire = await talk.dial()
  talk.sent(wanted.length)
  const all = wanted.map(({ method, path }) => requestHead(method, path)).join('')
  const cutAt = talk.random.below(all.length)
  wire.write(all.slice(0, cutAt))
  await talk.nap(3)
  wire.write(all.slice(cutAt))
  for (const { method, bytes } of wanted) {
    checkAnswer(await wire.answer(method), 200, bytes)
    talk.right()
  }
}

/** The client says it is done sending, and still wants its whole answer. */
export async function halfClose(talk: Talk): Promise<void> {
  const wanted = download(talk.random)
  const wire = await talk.dial()
  talk.sent()
  wire.socket.end(requestHead(wanted.method, wanted.path))
  checkAnswer(await wire.answer(wanted.method), 200, wanted.bytes)
  talk.right()
}

export async function slowReader(talk: Talk): Promise<void> {
  const offset = talk.random.below(2 ** 20)
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('GET', `/${talk.random.pick(['body', 'chunked'])}/1048576/${offset}/40`))
  for (let pause = 0; pause < 3; pause++) {
    await talk.nap(20)
    wire.socket.pause()
    await sleep(200 + talk.random.below(800))
    wire.socket.resume()
  }
  checkAnswer(await wire.answer('GET'), 200, body(1_048_576, offset))
  talk.right()
}

/** The app answers without reading; the rest of the upload must never be taken for a request. */
export async function earlyAnswer(talk: Talk): Promise<void> {
  const offset = talk.random.below(2 ** 20)
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('POST', `/early/1024/${offset}`, 'Content-Length: 2000000\r\n'))
  const answer = wire.answer('POST')
  answer.catch(() => {})
  for (let piece = 0; piece < 20; piece++) {
    wire.write(requestHead('GET', '/never').repeat(200))
    if (talk.random.percent(50)) await talk.nap(5)
  }
  checkAnswer(await answer, 200, body(1_024, offset))
  talk.right()
}

export async function expectationFailed(talk: Talk): Promise<void> {
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('POST', '/expect-no', 'Expect: 100-continue\r\nContent-Length: 5000\r\n'))
  checkAnswer(await wire.answer('POST'), 417)
  talk.right()
}
