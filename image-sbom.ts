/**
 * `node image-sbom.ts SBOM ROOT`: adds what an image has beside the bundle to its bill of materials: this Node, and the shared
 * libraries below ROOT, by the Debian package that brought them where there are Debian packages. The Dockerfile runs it.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Component, Sbom } from './sbom.ts'

function node(): Component {
  const version = process.version.slice(1)
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`
  const purl = `pkg:generic/node@${version}`
  return { type: 'platform', name: 'node', version, licenses: [{ license: { id: 'MIT' } }], purl, cpe, 'bom-ref': purl }
}

/** Elsewhere than on Debian a library is listed by its file's name alone. */
function library(path: string): Component {
  const file = basename(path)
  // `libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6`, then `libc6:amd64<TAB>2.36-9`.
  const owner = ask('dpkg-query', '--search', `*/${file}`)?.split(': ')[0]
  const told = owner && ask('dpkg-query', '--show', owner)
  if (!told) return { type: 'library', name: file, 'bom-ref': file }
  const [name = '', architecture = '', version = ''] = told.trim().split(/[:\t]/)
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`
  return { type: 'library', name, version, purl, 'bom-ref': purl }
}

function ask(command: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}

const [file = '', root = ''] = process.argv.slice(2)
const bill: Sbom = JSON.parse(readFileSync(file, 'utf8'))
const libraries = globSync(`${root}/**/*.so*`).sort().map(library)
const byRef = new Map([node(), ...libraries].map((each) => [each['bom-ref'], each]))
writeFileSync(file, `${JSON.stringify({ ...bill, components: [...bill.components, ...byRef.values()] }, null, 2)}\n`)
