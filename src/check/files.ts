/** Files and folders that the settings name: are they there, and may they be read or written? Nothing is made or changed. */
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs'
import type { Config } from '../config.ts'
import { readBlackBox } from '../observer/black-box-file.ts'
import { type Finding, failed, ok } from './finding.ts'

/** Enough to know a black box by. */
const HEAD_BYTES = 64

export function checkFiles({ decorators, blackBox, observation, telemetry }: Config): Finding[] {
  const { openapi } = observation
  const { spool } = telemetry
  return [
    ...decorators.map((file) => toBeRead('decorators', file)),
    ...(openapi === undefined ? [] : [toBeRead('openapi', openapi)]),
    ...(spool === undefined ? [] : [checkSpool(spool)]),
    ...(blackBox === undefined ? [] : [checkBlackBox(blackBox)]),
  ]
}

function toBeRead(about: string, file: string): Finding {
  const path = file.startsWith('file:') ? new URL(file) : file
  const problem = denied(path, constants.R_OK)
  return problem === undefined
    ? ok(about, `${file} is there`)
    : failed(about, `${file}: ${problem}`, 'mount it where it is named, and let this user read it')
}

function checkSpool(folder: string): Finding {
  const nearest = nearestOf(folder)
  const problem = isFolder(nearest) ? denied(nearest, constants.W_OK | constants.X_OK) : 'it is no folder'
  if (problem !== undefined)
    return failed('spool', `${nearest}: ${problem}`, 'mount an emptyDir there, which this user may write (fsGroup)')
  return ok('spool', nearest === folder ? `${folder} can be written` : `${folder} is not there yet, and can be made`)
}

function checkBlackBox(file: string): Finding {
  const about = 'black box'
  if (!existsSync(file)) {
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) || '/' : '.'
    const problem = existsSync(folder) ? denied(folder, constants.W_OK | constants.X_OK) : 'there is no such folder'
    if (problem === undefined) return ok(about, `${file} is not there yet, and can be made`)
    return failed(about, `${folder}: ${problem}`, 'mount an emptyDir there, which this user may write (fsGroup)')
  }
  const problem = denied(file, constants.R_OK | constants.W_OK)
  if (problem !== undefined) return failed(about, `${file}: ${problem}`, 'let this user write it, or name another file')
  if (isFolder(file)) return failed(about, `${file} is a folder`, 'name a file in it')
  const head = headOf(file)
  if (head.length > 0 && readBlackBox(head) === undefined)
    return failed(about, `${file} is there, and is no black box`, 'name another file: this one is never touched')
  return ok(about, `${file} can be written`)
}

/** Undefined: it may be done. */
function denied(path: string | URL, mode: number): string | undefined {
  try {
    accessSync(path, mode)
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return REASONS[code] ?? `it cannot be used (${code})`
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is no folder',
}

/** The folder itself, or the first above it that is there. */
function nearestOf(folder: string): string {
  const path = folder.replace(/\/+$/, '') || '/'
  if (existsSync(path)) return path
  const above = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
  return nearestOf(above)
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory()
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, head)
  closeSync(descriptor)
  return head.subarray(0, length)
}
