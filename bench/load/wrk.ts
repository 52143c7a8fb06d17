/**
 * Closed-loop load by wrk: every connection asks again as soon as it is answered, which is as much as the proxy can take.
 * Its latencies suffer from coordinated omission and serve one connection only; for the rest see open-loop.ts.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LOAD_CORES } from '../subjects/program.ts'
import type { Case } from './cases.ts'

const CHUNK_BYTES = 16_384

export interface WrkResult {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  /** Answers that were no 2xx or 3xx, and connections that broke. */
  readonly failed: number
}

export async function runWrk(
  folder: string,
  port: number,
  { connections, ...what }: Case,
  seconds: number,
): Promise<WrkResult> {
  const script = join(folder, 'request.lua')
  writeFileSync(script, luaOf(what))
  const flags = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '30s', '-s', script]
  const args = ['-c', LOAD_CORES, 'wrk', ...flags, `http://127.0.0.1:${port}${what.path}`]
  const { stdout } = await promisify(execFile)('taskset', args)
  return parseWrk(stdout)
}

/** The request is one string, made once. The script's own `done` prints what wrk rounds in its summary. */
function luaOf({ method, path, uploadBytes, chunkedUpload, keepAlive }: Omit<Case, 'connections'>): string {
  const chunk = `${CHUNK_BYTES.toString(16)}\\r\\n" .. string.rep("x", ${CHUNK_BYTES}) .. "\\r\\n`
  const chunked = `string.rep("${chunk}", ${Math.ceil(uploadBytes / CHUNK_BYTES)}) .. "0\\r\\n\\r\\n"`
  const body = chunkedUpload ? chunked : `string.rep("x", ${uploadBytes})`
  const framing = chunkedUpload ? 'Transfer-Encoding: chunked' : `Content-Length: ${uploadBytes}`
  const fields = ['Host: bench', ...(uploadBytes > 0 ? [framing] : []), ...(keepAlive ? [] : ['Connection: close'])]
  const head = [`${method} ${path} HTTP/1.1`, ...fields].map((line) => `${line}\\r\\n`).join('')
  return `local message = "${head}\\r\\n"${uploadBytes > 0 ? ` .. ${body}` : ''}
request = function() return message end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`
}

/** `RESULT requests microseconds p50 failed`, the latency in microseconds. */
export function parseWrk(output: string): WrkResult {
  const found = /^RESULT (\d+) (\d+) (\d+) (\d+)$/m.exec(output)
  if (found === null) throw new Error(`wrk did not say what it did:\n${output}`)
  const [requests = 0, duration = 1, p50 = 0, failed = 0] = found.slice(1).map(Number)
  return { requests, perSecond: (requests / duration) * 1e6, p50Ms: p50 / 1e3, failed }
}
