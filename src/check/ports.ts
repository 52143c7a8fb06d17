/** Podspan's own doors: can each be listened on? One is opened for a moment and closed again; a podspan that runs may have it. */
import { createServer } from 'node:net'
import type { Address, Config } from '../config.ts'
import type { Asking } from './ask.ts'
import { failure } from './dial.ts'
import { type Finding, type Found, failed, ok } from './finding.ts'
import { isPodspansHealth, type Running, runningPodspan } from './running.ts'

export async function checkPorts(config: Config, asking: Asking): Promise<Found> {
  const { listen, health, admin } = config
  const running = await runningPodspan(config, asking)
  const findings = await Promise.all([
    checkPort('listen port', listen, 'another one with --port', async () => running?.listen.port === listen.port),
    ...(health === undefined
      ? []
      : [checkPort('health port', health, 'another one with --health-port', () => isPodspansHealth(health, asking))]),
    adminPort(admin, running),
  ])
  return { findings }
}

async function adminPort(admin: Config['admin'], running: Running | undefined): Promise<Finding> {
  const about = 'admin port'
  if (admin === undefined) return ok(about, 'off: no dashboard, and nothing for podspan tail and top to attach to')
  if (running !== undefined)
    return ok(
      about,
      `podspan ${running.version} runs here already, before ${running.target}: what is checked is what the next one would meet`,
    )
  const finding = await checkPort(about, admin, 'another one with --admin-port, or off', async () => false)
  // One that nobody asked for is done without.
  return finding.mark === 'failed' && !admin.asked ? { ...finding, mark: 'warning' } : finding
}

async function checkPort(
  about: string,
  address: Address,
  otherwise: string,
  isOurs: () => Promise<boolean>,
): Promise<Finding> {
  const text = `${address.host}:${address.port}`
  const code = await listenFailure(address)
  if (code === undefined)
    return ok(about, address.port === 0 ? `${address.host}, with a port that is free then` : `${text} is free`)
  if (code === 'EADDRINUSE' && (await isOurs())) return ok(about, `${text} is held by the podspan that runs here`)
  if (code === 'EADDRINUSE')
    return failed(
      about,
      `${text} is taken by somebody who listens there already`,
      'ss -ltnp tells who, to its own user and to root',
      otherwise,
    )
  if (code === 'EACCES')
    return failed(
      about,
      `${text} is not allowed for this user`,
      `ports below 1024 are root's, or take CAP_NET_BIND_SERVICE: ${otherwise}`,
    )
  if (code === 'EADDRNOTAVAIL')
    return failed(about, `${address.host} is no address of this machine`, '--host 0.0.0.0 is all that it has')
  return failed(about, `${text} cannot be listened on (${code})`, otherwise)
}

/** Undefined: it can be listened on. */
function listenFailure({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.on('error', (error) => resolve(failure(error).code))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
