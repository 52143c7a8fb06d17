import { expect, test } from 'vitest'
import { isFilePath } from '../src/exchange.ts'

test.each([
  { path: '/logo.png', isFile: true },
  { path: '/a/b/style.min.CSS', isFile: true },
  { path: '/font.woff2', isFile: true },
  { path: '/.env', isFile: true },
  { path: '/', isFile: false },
  { path: '/users', isFile: false },
  { path: '/a.b/users', isFile: false },
  { path: '/logo.png/', isFile: false },
  { path: '/ends.', isFile: false },
  { path: '/name.with-dash', isFile: false },
  { path: '*', isFile: false },
  { path: '', isFile: false },
])('$path is a file: $isFile', ({ path, isFile }) => {
  expect(isFilePath(path)).toBe(isFile)
})
