/** The rough conversations of the soak: streams that are cut, refusals, resets by either side, noise. */
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { INVALID } from './soak-invalid.ts'
import { body } from './soak-random.ts'
import { checkAnswer, requestHead, type Talk } from './soak-talk.ts'
import { check, Wrong } from './soak-tally.ts'
import { Cut } from './soak-wire.ts'

export async function events(talk: Talk): Promise<void> {
  const { random } = talk
  // Not 0: the app sends its head with the first event.
  const count = 1 + random.below(60)
  const ending = random.pick(['end', 'rst', 'fin'])
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('GET', `/events/${count}/${ending}`))
  const { status } = await wire.head()
  checkAnswer({ status, fields: new Map(), interim: [], body: Buffer.alloc(0), keepAlive: false }, 200)
  const readTo = random.percent(50) ? count : random.below(count + 1)
  let text = ''
  for (let seen = 0; seen < readTo; seen++) {
    while (!text.includes('\n\n')) text += await chunk()
    check(text.startsWith(`data: ${seen}\n\n`), `event ${seen} is ${JSON.stringify(text.slice(0, 40))}`)
    text = text.slice(text.indexOf('\n\n') + 2)
  }
  if (readTo === count) {
    const end = await chunk().catch((error: unknown) => error)
    check(
      ending === 'end' ? end === '' : end instanceof Cut,
      `a stream that ended with ${ending} came to ${String(end)}`,
    )
  } else if (random.percent(50)) wire.socket.resetAndDestroy()
  talk.right()

  async function chunk(): Promise<string> {
    const size = Number.parseInt(await wire.line(), 16)
    const data = await wire.take(size)
    await wire.line()
    return data.toString()
  }
}

/** Echoed messages, then an end by one side or the other. */
export async function webSocket(talk: Talk): Promise<void> {
  const { random } = talk
  talk.sent()
  const socket = new WebSocket(`ws://127.0.0.1:${talk.port}/ws`, { perMessageDeflate: false })
  const over = new Promise<number>((resolve) => socket.on('close', resolve))
  let failure = 'closed'
  socket.on('error', (error) => {
    failure = error.message
  })
  const cut = over.then((code) => Promise.reject(new Wrong(`the WebSocket ended early: ${code} ${failure}`, true)))
  cut.catch(() => {})
  try {
    await Promise.race([new Promise((resolve) => socket.once('open', resolve)), cut])
    for (let left = random.below(20); left > 0; left--) {
      const bytes = body(random.pick([0, 10, 1_024, 70_000]), random.below(2 ** 20))
      const echo = new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)))
      socket.send(bytes)
      check((await Promise.race([echo, cut])).equals(bytes), 'the echo is another message')
      await talk.nap(50)
    }
    const ending = random.pick(['close', 'cut', 'terminate'])
    if (ending === 'close') socket.close(1000)
    else if (ending === 'cut') socket.send('cut')
    else socket.terminate()
    const code = await over
    if (ending === 'close' && code !== 1000) throw new Wrong(`closed with ${code} in place of 1000`, true)
    talk.right()
  } finally {
    socket.terminate()
  }
}

/** A request that must be refused, some after a good one on the same connection. */
export async function invalid(talk: Talk): Promise<void> {
  const [status, bytes] = talk.random.pick(INVALID)
  const wire = await talk.dial()
  if (talk.random.percent(30)) {
    wire.write(requestHead('GET', '/body/5/0'))
    checkAnswer(await wire.answer('GET'), 200, body(5, 0))
  }
  talk.sent()
  wire.write(Buffer.from(bytes, 'latin1'))
  if (talk.random.percent(50)) wire.write(requestHead('GET', '/never'))
  const shown = JSON.stringify(bytes.slice(0, 90))
  const answer = await wire.answer('POST').catch((error: Error) => {
    throw new Wrong(`${error.message} for ${shown}`, error instanceof Cut && bytes.includes('/sum/broken'))
  })
  // The app is gone before the chunk was seen to be bad: both are true.
  if (answer.status === 502) throw new Wrong(`502 for ${shown}`, true)
  check(answer.status === status, `status ${answer.status} in place of ${status} for ${shown}`)
  check(answer.fields.get('connection') === 'close', `no Connection: close for ${shown}`)
  const { bytes: more, how } = await wire.rest()
  check(more.length === 0 && how === 'FIN', `${more.length} bytes and ${how} after the refusal of ${shown}`)
  talk.right()
}

/** Bytes that are hardly ever a request: an error or nothing, and an end. */
export async function noise(talk: Talk): Promise<void> {
  const wire = await talk.dial()
  talk.sent()
  wire.socket.end(talk.random.bytes(1 + talk.random.below(3_000)))
  const { bytes } = await wire.rest()
  check(
    bytes.length === 0 || /^HTTP\/1\.1 [45]/.test(bytes.toString('latin1')),
    `noise was answered ${bytes.subarray(0, 40)}`,
  )
  talk.right()
}

/** The client leaves at some moment of a request, in some way. */
export async function clientLeaves(talk: Talk): Promise<void> {
  const { random } = talk
  const bytes = body(random.pick([0, 1_024, 65_536, 2 ** 20]), 7)
  const route = random.pick(['/sum', '/mirror', '/hang', '/early/65536/0', '/chunked/1048576/3/30'])
  const whole = Buffer.concat([Buffer.from(requestHead('POST', route, `Content-Length: ${bytes.length}\r\n`)), bytes])
  const wire = await talk.dial()
  talk.sent()
  wire.write(whole.subarray(0, random.percent(40) ? whole.length : random.below(whole.length)))
  await talk.nap(random.percent(10) ? 1_500 : 40)
  if (random.percent(60)) wire.socket.resetAndDestroy()
  else wire.socket.destroy()
  talk.right()
}

/** The app leaves: before the head ended that is a 502, later the client must see the cut and never an end. */
export async function appLeaves(talk: Talk): Promise<void> {
  const { random } = talk
  const where = random.pick(['nothing', 'head', 'body', 'chunk'])
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('GET', `/cut/${where}/${random.pick(['rst', 'fin'])}`))
  const begun = where === 'body' || where === 'chunk'
  const answer = await wire.answer('GET').catch((error: unknown) => error)
  if (answer instanceof Error && !(begun && answer instanceof Cut)) throw answer
  const status = answer instanceof Error ? undefined : (answer as { status: number }).status
  // After a reset the bytes before it may never have been seen by podspan.
  check(answer instanceof Cut || status === 502, `the app left in ${where}, and the client got a whole ${status}`)
  talk.right()
}

export async function garbage(talk: Talk): Promise<void> {
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('GET', `/garbage/${talk.random.below(1_000)}`))
  checkAnswer(await wire.answer('GET'), 502)
  talk.right()
}

/** Waits for an app that never answers, until the app gives up: a 502. */
export async function hangs(talk: Talk): Promise<void> {
  const wire = await talk.dial()
  talk.sent()
  wire.write(requestHead('POST', '/hang', 'Content-Length: 0\r\n'))
  checkAnswer(await wire.answer('POST'), 502)
  await sleep(1)
  talk.right()
}
