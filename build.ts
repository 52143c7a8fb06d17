/**
 * `node build.ts [OUTDIR]`: the bundle that production runs and the npm package carries, with everything it needs inside,
 * and the declarations for users of the API. What runs from source runs without it.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { bundleDashboard } from './bundle-dashboard.ts'
import { sbomOf } from './sbom.ts'

const ROOT = import.meta.dirname

/** Parts that came as CommonJS ask for Node's modules by `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as podspanCreateRequire } from 'node:module'
const require = podspanCreateRequire(import.meta.url)`

/** The gRPC exporter loads gRPC late, by a `__require` of its own that a bundler does not know: it would not find it. */
const lateRequire: Plugin = {
  name: 'late require',
  setup({ onLoad }) {
    onLoad({ filter: /otlp-grpc-exporter-base\/dist\/[\w-]+\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('__require(', 'require('),
    }))
  },
}

/** What is built has the dashboard beside it, and no bundler: src/admin/page.ts asks for one from source only. */
const sourceOnly: Plugin = {
  name: 'source only',
  setup({ onResolve }) {
    onResolve({ filter: /\/bundle-dashboard\.ts$/ }, () => ({ path: './bundle-dashboard.ts', external: true }))
  },
}

/** All files flat in `directory`: the worker is found beside whichever chunk starts it. */
async function bundle(directory: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: {
      main: 'src/main.ts',
      index: 'src/index.ts',
      worker: 'src/observer/worker.ts',
      'data-worker': 'src/threads/data-worker.ts',
    },
    outdir: directory,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    banner: { js: REQUIRE },
    // Names stay as written, for stack traces. esbuild's keepNames would pay for shorter ones at every closure made.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    plugins: [lateRequire, sourceOnly],
    metafile: true,
    logLevel: 'warning',
  })
  return metafile
}

async function addDashboard(directory: string): Promise<Metafile> {
  mkdirSync(join(directory, 'dashboard'), { recursive: true })
  const { files, metafile } = await bundleDashboard()
  for (const [name, bytes] of files) writeFileSync(join(directory, 'dashboard', name), bytes)
  return metafile
}

function addSbom(directory: string, metafiles: readonly Metafile[]): void {
  const bill = sbomOf(metafiles, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')))
  writeFileSync(join(directory, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
}

/** What is wrong with the types is said by the compiler itself. */
function declare(directory: string): void {
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(directory, 'types')]
  const { status } = spawnSync(tsc, options, { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

function sizes({ outputs }: Metafile): string {
  const files = Object.entries(outputs).sort(([, a], [, b]) => b.bytes - a.bytes)
  return files
    .map(([path, { bytes }]) => `${String(Math.ceil(bytes / 1_024)).padStart(7)} KiB  ${basename(path)}`)
    .join('\n')
}

const DIST = join(ROOT, 'dist')
const directory = resolve(process.argv[2] ?? DIST)
// Chunks of an older build would be published too. A directory that was named may hold what is not ours.
if (directory === DIST) rmSync(DIST, { recursive: true, force: true })
const metafile = await bundle(directory)
chmodSync(join(directory, 'main.js'), 0o755)
addSbom(directory, [metafile, await addDashboard(directory)])
declare(directory)
console.log(`${directory}\n${sizes(metafile)}`)
