/**
 * Decorators from modules named on the command line: each export is a Decorator, or a function in the event form.
 * It runs other people's code, once, at the start; every problem of every file is found before anything listens.
 */
import { ambassadorDecorator, type EventDecorator } from './ambassador.ts'
import type { Decorator } from './decorator.ts'

export type LoadedDecorators =
  | { readonly ok: true; readonly decorators: readonly Decorator[] }
  | { readonly ok: false; readonly problems: readonly string[] }

const HOOKS = ['request', 'response', 'tap', 'end'] as const
const WANTED =
  'a function ({ service, server }) => …, or an object with a name and a hook (request, response, tap, end)'

/** `files`: absolute paths or file: URLs. `report` is for what decorators in the event form have to say later. */
export async function loadDecorators(
  files: readonly string[],
  report: (text: string) => void,
): Promise<LoadedDecorators> {
  const decorators: Decorator[] = []
  const problems: string[] = []
  for (const file of files) {
    const found = await loadFile(file, report)
    if (typeof found === 'string') problems.push(`${file}: ${found}`)
    else decorators.push(...found)
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, decorators }
}

async function loadFile(file: string, report: (text: string) => void): Promise<readonly Decorator[] | string> {
  const url = fileUrl(file)
  let exported: object
  try {
    exported = await import(url)
  } catch (error) {
    return describeFailure(error, url)
  }
  // A CommonJS module shows the same function twice: by its name, and inside the default export.
  const found = new Map<unknown, Decorator>()
  for (const [name, value] of exportsOf(exported, baseName(file))) {
    const decorator = isEventForm(value) ? ambassadorDecorator(name, value, report) : value
    if (isDecorator(decorator)) found.set(value, decorator)
  }
  return found.size > 0 ? [...found.values()] : `exports no decorator: ${WANTED}`
}

/** A default export goes by the name of its file. */
function exportsOf(exported: object, file: string): [name: string, value: unknown][] {
  return Object.entries(exported).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'module.exports') return []
    if (name !== 'default') return [[name, value]]
    const several = typeof value === 'object' && value !== null && !hasHooks(value)
    return several ? Object.entries(value) : [[file, value]]
  })
}

function isEventForm(value: unknown): value is EventDecorator {
  return typeof value === 'function'
}

function isDecorator(value: unknown): value is Decorator {
  if (typeof value !== 'object' || value === null) return false
  return hasHooks(value) && typeof Reflect.get(value, 'name') === 'string'
}

function hasHooks(value: object): boolean {
  return HOOKS.some((hook) => typeof Reflect.get(value, hook) === 'function')
}

function describeFailure(error: unknown, url: string): string {
  if (!(error instanceof Error)) return `threw while it was loaded: ${String(error)}`
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'ERR_MODULE_NOT_FOUND' && Reflect.get(error, 'url') === url) return 'there is no such file'
  if (typeof code === 'string') return `can't be loaded: ${error.message}`
  return error instanceof SyntaxError
    ? `is not JavaScript: ${error.message} (node --check shows where)`
    : `threw while it was loaded: ${error.message}`
}

function fileUrl(file: string): string {
  if (file.startsWith('file:')) return file
  return new URL(`file://${encodeURI(file).replace(/[?#]/g, encodeURIComponent)}`).href
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
}
