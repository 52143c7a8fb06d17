import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')
const STRIPPER = 'NativeModule internal/deps/amaro/dist/index'
const TELL = `data:text/javascript,process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)))`

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

/** What of Node `npm run podspan -- --version` loads. */
function loaded(flags: readonly string[]): string[] {
  const args = ['--import', TELL, ...flags, '--version']
  const lines = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')
  expect(lines[0]).toBe(`podspan ${packageJson.version}`)
  return JSON.parse(lines.at(-1) ?? '')
}

it.each(['podspan', 'start'] as const)(
  'the second start by npm script does without the stripper of types: %s',
  (name) => {
    const [command, ...flags] = packageJson.scripts[name].replace(/ demo$/, '').split(' ')
    expect(command).toBe('node')
    loaded(flags)
    expect(loaded(flags)).not.toContain(STRIPPER)
    expect(loaded(['src/main.ts'])).toContain(STRIPPER)
  },
)

it('has the bounds of the heap that the image has', () => {
  const bounds = (text: string): string[] => text.match(/--max-[\w-]+=\d+/g) ?? []
  const image = bounds(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))
  expect(image).toHaveLength(2)
  expect(bounds(packageJson.scripts.podspan)).toEqual(image)
  expect(bounds(packageJson.scripts.start)).toEqual(image)
})

it('changes nothing where it cannot write', () => {
  const directory = mkdtempSync(join(tmpdir(), 'podspan-'))
  made.push(directory)
  copyFileSync(join(ROOT, 'compile-cache.mjs'), join(directory, 'compile-cache.mjs'))
  // A file where the directory would be: root could write anywhere else.
  writeFileSync(join(directory, 'node_modules'), '')
  const args = ['--import', './compile-cache.mjs', '--print', '"runs"']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' })
  expect({ stdout, stderr, status }).toEqual({ stdout: 'runs\n', stderr: '', status: 0 })
})
