import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { FLAGS } from '../src/engine.ts'

/** V8 says nothing of one that it does not know. */
test.each(FLAGS)('%s is a flag of this V8', (flag) => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })
  expect(known).toContain(`  ${flag.replace('--no-', '--')} (`)
})
