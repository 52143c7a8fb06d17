/**
 * For what starts from source: Node keeps the text of src/ without its types, so that from the second start on neither thread loads
 * the stripper, 18 MiB each. A directory that cannot be written changes nothing. No TypeScript: it would have to be stripped first.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('node_modules/.cache/podspan', import.meta.url)))
