import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startSidecar } from './support/sidecar.ts'

interface Thread {
  readonly name: string
  readonly isMain: boolean
  readonly niceness: number
}

/** proc_pid_stat(5): field 19; the name before it may hold blanks. */
function threadsOf(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) => {
    const [name = '', rest = ''] = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'utf8').split(/\) (?=. -?\d)/)
    return { name, isMain: Number(tid) === pid, niceness: Number(rest.split(' ')[16]) }
  })
}

test('the threads that help V8 stand behind the one that serves', async () => {
  const sidecar = await startSidecar({ args: ['--target', '127.0.0.1:9'] })
  try {
    const before = threadsOf(process.pid).find(({ isMain }) => isMain)?.niceness ?? 0
    const threads = threadsOf(sidecar.pid)
    const helpers = threads.filter(({ name }) => name.includes('V8Worker'))
    expect(helpers.length).toBeGreaterThan(0)
    expect(helpers.every(({ niceness }) => niceness === Math.max(10, before))).toBe(true)
    expect(threads.find(({ isMain }) => isMain)?.niceness).toBe(before)
  } finally {
    await sidecar.stop()
  }
})
