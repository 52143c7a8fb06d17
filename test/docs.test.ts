/** Pages that are made of tables are as the tables are. */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { configurationPage, filterPage, signalsPage } from '../docs/generate.ts'
import { readRegistry } from '../otel/registry/generate.ts'
import { ENVIRONMENT } from '../src/config-environment.ts'
import { SETTINGS } from '../src/config-settings.ts'

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

it.each([
  ['configuration.md', configurationPage],
  ['filter.md', filterPage],
  ['signals.md', () => signalsPage(readRegistry())],
])('docs/%s: npm run generate', (name, made) => {
  expect(page(name)).toBe(made())
})

it('every variable that is read is in a table', () => {
  const known = [...SETTINGS.flatMap(({ variables }) => variables), ...ENVIRONMENT.flatMap(({ names }) => names)]
  const readers = globSync('src/config*.ts').filter((path) => !/-(?:settings|environment)\.ts$/.test(path))
  const read = readers.flatMap((path) => readFileSync(path, 'utf8').match(/\b(?:OTEL|PODSPAN)_[A-Z_]+[A-Z]\b/g) ?? [])
  expect(read.length).toBeGreaterThan(30)
  expect(read.filter((name) => !known.includes(name))).toEqual([])
})

it('every link between pages leads somewhere', () => {
  const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')]
  const root = new URL('../', import.meta.url)
  const broken = pages.flatMap((path) => {
    const links = readFileSync(new URL(path, root), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)
    return [...links]
      .map(([, to = '']) => `${path}: ${to}`)
      .filter((link) => !exists(path, link.split(': ')[1] ?? '', root))
  })
  expect(broken).toEqual([])
})

function exists(from: string, to: string, root: URL): boolean {
  return globSync(new URL(to, new URL(from, root)).pathname.replace(/\/$/, '')).length > 0
}
