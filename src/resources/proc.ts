/** Texts of /proc → numbers. Pure: it opens no file and knows no clock. What it does not understand is absent. */
import type { CpuTimes } from './sample.ts'

/** A jiffy as /proc tells it: USER_HZ is 100 on every Linux that Node runs on, whatever the kernel's own HZ. */
export const JIFFIES_PER_SECOND = 100
const MS_PER_JIFFY = 1_000 / JIFFIES_PER_SECOND

/** A count: digits, and no more of them than 64 bits can fill. Anything else is undefined. */
export function countOf(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? ''
  return /^\d{1,20}$/.test(digits) ? Number(digits) : undefined
}

/** A size: a count that is exact as a number. The kernel writes "no limit" as one that is not (v1: 0x7FFFFFFFFFFFF000). */
export function bytesOf(text: string | undefined): number | undefined {
  const bytes = countOf(text)
  return bytes !== undefined && Number.isSafeInteger(bytes) ? bytes : undefined
}

/**
 * What stands behind `start` on the line that begins with it. Of the eighty lines of a memory.stat six are asked for: to take all
 * of them apart cost a third of a look.
 */
export function lineOf(text: string | undefined, start: string): string | undefined {
  if (text === undefined) return undefined
  const isFirst = text.startsWith(start)
  const before = isFirst ? -1 : text.indexOf(`\n${start}`)
  if (!isFirst && before === -1) return undefined
  const from = before + 1 + start.length
  const end = text.indexOf('\n', from)
  return text.slice(from, end === -1 ? undefined : end)
}

/** /proc/meminfo, which has the node's figures also inside a container; undefined when one of them is missing. */
export function parseMeminfo(
  text: string,
): { readonly totalBytes: number; readonly freeBytes: number; readonly availableBytes: number } | undefined {
  const bytes = (name: string): number | undefined => {
    const kibibytes = bytesOf(/^\s+(\d+) kB$/.exec(lineOf(text, `${name}:`) ?? '')?.[1])
    return kibibytes === undefined ? undefined : kibibytes * 1_024
  }
  const [totalBytes, freeBytes, availableBytes] = [bytes('MemTotal'), bytes('MemFree'), bytes('MemAvailable')]
  if (totalBytes === undefined || freeBytes === undefined || availableBytes === undefined) return undefined
  return { totalBytes, freeBytes, availableBytes }
}

/** /proc/stat: the times of every core that is on, in ms, in order. A line that is not understood is left out. */
export function parseCoreTimes(text: string): CpuTimes['times'][] {
  return [...text.matchAll(/^cpu\d+ +(.*)$/gm)].flatMap(([, fields = '']) => {
    const [user, nice, sys, idle, , irq] = fields.split(/\s+/).map(countOf)
    if (user === undefined || nice === undefined || sys === undefined) return []
    if (idle === undefined || irq === undefined) return []
    const ms = (jiffies: number): number => jiffies * MS_PER_JIFFY
    return [{ user: ms(user), nice: ms(nice), sys: ms(sys), idle: ms(idle), irq: ms(irq) }]
  })
}
