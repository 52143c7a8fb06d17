#!/usr/bin/env node
/** The process: argv and environment in, signals and exit codes out. What runs is composed in sidecar.ts. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }
import { type Command, formatProblems, parseCommand } from './cli.ts'
import { createClock } from './clock.ts'
import { type CliOptions, type Config, type Problem, readConfig, targetText } from './config.ts'
import { wantsColour } from './config-colour.ts'
import type { PodReadings } from './config-resource.ts'
import { tuneEngine } from './engine.ts'
import { asciiJson } from './json.ts'
import { printable } from './printable.ts'
import { runtimeProblem } from './runtime.ts'
import { shownUrl } from './shown-url.ts'
import { describeFailure, type Sidecar, type SidecarFailure, startSidecar } from './sidecar.ts'
import type { Progress } from './terminal/progress.ts'
import type { Terminal } from './terminal/terminal.ts'
import { takenBy } from './tunnel/listen.ts'

/** 1: it was found wanting. sysexits.h: 64 usage, 65 bad data, 66 no such input, 69 unavailable (the port is taken), 70 a bug. */
const EXIT = { ok: 0, wanting: 1, usage: 64, data: 65, noInput: 66, unavailable: 69, bug: 70 } as const

const EXIT_OF: Readonly<Record<SidecarFailure['kind'], number>> = {
  'cannot-listen': EXIT.unavailable,
  'bad-decorators': EXIT.usage,
  'thread-ended': EXIT.bug,
}

function say(text: string): void {
  process.stderr.write(`podspan: ${text}\n`)
}

/** Whoever reads may have had enough (`| head`): that is no bug. Not for a sidecar, whose observer writes to stdout by itself. */
function print(text: string): void {
  process.stdout.on('error', () => {})
  process.stdout.write(text)
}

function fail(code: number, text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(code)
}

/** For what is to be done when the process ends by a bug. */
let running: Sidecar | undefined

async function main(): Promise<void> {
  const tooOld = runtimeProblem(packageJson.engines.node, process.versions.node)
  if (tooOld !== undefined) return fail(EXIT.unavailable, tooOld)
  const command = parseCommand(process.argv.slice(2), process.env)
  if (command.kind === 'usage-error') return refuse(command.problems, command.help)
  if (command.kind === 'print') return print(`${command.text}\n`)
  if (command.kind === 'version') return print(`podspan ${packageJson.version}\n`)
  if (command.kind === 'dump') return dumpBlackBox(command)
  if (command.kind === 'health') return health(command)
  if (command.kind === 'demo') return demo(command.options)
  if (command.kind === 'inject') return injectInto(command)
  if (command.kind === 'check') process.exit(await checkAll(command))
  if (command.kind !== 'run') process.exit(await attach(command))
  await run(command.options)
}

async function run(options: CliOptions): Promise<Sidecar> {
  const { config, notes } = configure(options)
  tuneEngine()
  const starting = startSidecar({ config, decorators: [], say })
  stopOnSignals(starting, config)
  const sidecar = await starting
  if ('kind' in sidecar) return fail(EXIT_OF[sidecar.kind], describeFailure(sidecar))
  running = sidecar
  say(startLine(sidecar, config))
  for (const note of notes) say(note)
  return sidecar
}

/** The main job with everything it needs: a small shop of our own, its customers, and the sidecar before it. */
async function demo(options: CliOptions): Promise<void> {
  const { startDemo } = await import('./demo/service.ts')
  const { startTraffic } = await import('./demo/traffic.ts')
  const { demoSettings, guide } = await import('./demo/guide.ts')
  const clock = createClock()
  const service = await startDemo({ clock })
  const target = `127.0.0.1:${service.port}`
  process.env.OTEL_SERVICE_NAME ||= 'shop'
  // The usual ports may be taken, by another demo for one, and this one should be seen all the same.
  const free = async (host: string, port: string): Promise<string> =>
    (await takenBy({ host, port: Number(port) })) === undefined ? port : '0'
  const ports = { port: await free('0.0.0.0', '8080'), adminPort: await free('127.0.0.1', '4199') }
  const sidecar = await run({ ...demoSettings(options, process.env, ports), ...options, target })
  const url = `http://127.0.0.1:${sidecar.listener.port}`
  const stopTraffic = startTraffic({ clock, url, random: Math.random })
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stopTraffic)
  const admin = sidecar.admin && `http://${sidecar.admin.host}:${sidecar.admin.port}`
  const command = import.meta.url.endsWith('.ts') ? 'npm run podspan --' : 'npx podspan'
  for (const line of guide({ url, admin, target, command })) say(line)
}

async function terminalOfProcess(): Promise<Terminal> {
  const { createTerminal } = await import('./terminal/terminal.ts')
  return createTerminal(process, wantsColour(process.env, process.stdout.isTTY))
}

async function progressOf(what: string): Promise<Progress> {
  const { startProgress } = await import('./terminal/progress.ts')
  const { isTTY } = process.stderr
  return startProgress(what, { clock: createClock(), isTty: isTTY, write: (text) => void process.stderr.write(text) })
}

async function checkAll({ options, json }: Extract<Command, { kind: 'check' }>): Promise<number> {
  const { check } = await import('./check/check.ts')
  const { findingText, reportJson, summaryText } = await import('./check/report.ts')
  const { write, colour } = await terminalOfProcess()
  // By a signal alone: a reader that has had enough (`| head`) changes nothing of what is found.
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
  const clock = createClock()
  const progress = await progressOf('looking')
  const report = await check({
    read: readConfig(options, process.env, readings()),
    version: packageJson.version,
    clock,
    stopped: stop.signal,
    onFinding: (finding) => {
      progress.clear()
      if (!json) write(`${findingText(finding, colour)}\n`)
    },
  })
  progress.stop()
  write(`${json ? reportJson(report) : summaryText(report)}\n`)
  return report.exitCode
}

/** The notes go to stderr: stdout is for kubectl. */
async function injectInto({ file, options, isUndone }: Extract<Command, { kind: 'inject' }>): Promise<void> {
  const { inject, uninject } = await import('./inject/inject.ts')
  const { problemText } = await import('./inject/problem.ts')
  const text = contentOf(file === '-' ? STDIN : file).toString('utf8')
  const injected = isUndone ? uninject(text, options.limits) : inject(text, options)
  if (!injected.ok)
    return fail(EXIT.data, injected.problems.map((each) => `podspan: ${file}:${problemText(each)}`).join('\n'))
  for (const note of injected.notes) say(note)
  print(injected.text)
}

/** To a sidecar that runs. */
async function attach(command: Extract<Command, { kind: 'tail' | 'top' | 'replay' }>): Promise<number> {
  const terminal = await terminalOfProcess()
  if (command.kind === 'top') return (await import('./terminal/top.ts')).top(command, terminal, createClock())
  if (command.kind === 'replay') {
    const progress = await progressOf('waiting for the answer')
    return (await import('./terminal/replay.ts')).replay(command, terminal, createClock()).finally(progress.stop)
  }
  return (await import('./terminal/tail.ts')).tail(command, terminal, createClock())
}

async function health({ port, path }: Extract<Command, { kind: 'health' }>): Promise<void> {
  const { askHealth } = await import('./terminal/health.ts')
  const why = await askHealth({ port, path, clock: createClock() })
  if (why !== undefined) fail(EXIT.wanting, `podspan: ${why}`)
}

/** What a black box has to tell: for people, or all of it as JSON. */
async function dumpBlackBox({ file, json }: Extract<Command, { kind: 'dump' }>): Promise<void> {
  const { readBlackBox } = await import('./observer/black-box-file.ts')
  const { runsOf } = await import('./observer/black-box-report.ts')
  const { blackBoxText } = await import('./observer/black-box-text.ts')
  const content = readBlackBox(contentOf(file))
  if (content === undefined) return fail(EXIT.noInput, `podspan: ${file} is no black box`)
  const runs = runsOf(content.records)
  const text = json ? `${asciiJson({ runs, torn: content.torn })}\n` : blackBoxText(file, runs, content.torn)
  print(text)
}

/** What `-` stands for. */
const STDIN = 0

function contentOf(file: string | number): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    return fail(EXIT.noInput, `podspan: ${file} cannot be read: ${error}`)
  }
}

function readings(): PodReadings {
  return { hostname: hostname(), version: packageJson.version, stdoutIsTty: process.stdout.isTTY }
}

function configure(options: CliOptions): { config: Config; notes: readonly string[] } {
  const result = readConfig(options, process.env, readings())
  return result.ok ? result : refuse(result.problems)
}

function refuse(problems: readonly Problem[], help = 'podspan --help'): never {
  return fail(EXIT.usage, `${formatProblems(problems)}\nTry ${help}.`)
}

function startLine({ listener, health, admin }: Sidecar, config: Config): string {
  const { telemetry, target, dump } = config
  const endpoint = telemetry.traces.endpoint ?? telemetry.metrics.endpoint ?? ''
  return [
    `listening on http://${listener.host}:${listener.port} before ${targetText(target)}`,
    ...(config.opaque ? ['opaque'] : []),
    ...(config.threads > 1 ? [`${config.threads} data threads`] : []),
    ...(health === undefined ? [] : [`health on http://${health.host}:${health.port}`]),
    ...(admin === undefined ? [] : [`dashboard on http://${admin.host}:${admin.port}/`]),
    telemetry.enabled ? `telemetry to ${shownUrl(endpoint)}` : 'no OTLP endpoint',
    dump.enabled ? `dump (${dump.format}) on stdout` : 'no dump',
  ].join(', ')
}

/**
 * PID 1 gets no default action from the kernel: every signal that should end us needs a handler (and SIGHUP one to live), from the
 * start. One that comes while it starts is obeyed as soon as it has.
 */
function stopOnSignals(starting: Promise<Sidecar | SidecarFailure>, { limits }: Config): void {
  const clock = createClock()
  let askedMs: number | undefined
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    // One Ctrl-C under npm, or timeout(1), arrives twice at once: that is not a second wish.
    if (askedMs !== undefined && clock.monotonicMs() - askedMs < limits.signalEchoMs) return
    if (askedMs !== undefined) process.exit(128 + (signal === 'SIGINT' ? 2 : 15))
    askedMs = clock.monotonicMs()
    say(`${signal}: draining; the same again ends at once`)
    const sidecar = await starting
    if ('kind' in sidecar) return
    await sidecar.close()
    say(`stopped; ${ledgerLine(sidecar)}`)
    process.exit(EXIT.ok)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => {})
}

/** Every ending that has a count, so that what is printed balances by itself. */
function ledgerLine(sidecar: Sidecar): string {
  return Object.entries(sidecar.ledger())
    .filter(([, balance]) => balance.created > 0)
    .map(([signal, { created, dropped, ...endings }]) => {
      const counts = Object.entries({ ...endings, ...dropped }).filter(([, count]) => count > 0)
      return [`${signal} ${created} created`, ...counts.map(([name, count]) => `${count} ${name}`)].join(', ')
    })
    .join('; ')
}

process.on('uncaughtException', (error) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  running?.fatal(text)
  // What came from elsewhere may be in it.
  fail(EXIT.bug, `podspan: a bug, please report it: ${text.split('\n').map(printable).join('\n')}`)
})
await main()
