/** Which of Node's own modules a piece of code loads. */
import { execFileSync } from 'node:child_process'

/** What a process of its own has loaded of Node after `code`. */
export function loadedBy(code: string): string[] {
  const script = `${code}; console.log(JSON.stringify(process.moduleLoadList))`
  const args = ['--input-type=module', '--eval', script]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}
