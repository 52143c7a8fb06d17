/**
 * The dashboard as a browser takes it: one script, one style sheet, one page. build.ts puts them into the package; what runs
 * from source makes them when they are first asked for. It is never part of what production runs.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'

const ROOT = import.meta.dirname

export interface Dashboard {
  /** By name. */
  readonly files: ReadonlyMap<string, Buffer>
  readonly metafile: Metafile
}

export async function bundleDashboard(): Promise<Dashboard> {
  const asTheyAre = ['index.html', 'icon.svg'].map(
    async (name) => [name, await readFile(join(ROOT, 'src/dashboard', name))] as const,
  )
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: 'src/dashboard/main.tsx', out: 'app' },
      { in: 'src/dashboard/styles/app.css', out: 'app' },
    ],
    outdir: '/',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'eof',
    write: false,
    metafile: true,
    logLevel: 'warning',
  })
  const files = new Map<string, Buffer>(await Promise.all(asTheyAre))
  for (const { path, contents } of outputFiles) files.set(path.slice(1), Buffer.from(contents))
  return { files, metafile }
}
