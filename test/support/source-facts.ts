/**
 * What a source file says, read from its syntax tree by the TypeScript compiler itself: imports, functions, globals used.
 * It knows no rule; those stand in house-rules.ts.
 */
import { isIdentifier, isStringLiteral, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast'
import {
  isBindingElement,
  isCallExpression,
  isExportDeclaration,
  isFunctionLikeDeclaration,
  isImportDeclaration,
  isPropertyAccessExpression,
} from 'typescript/unstable/ast/is'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

export interface Import {
  readonly specifier: string
  /** `static`: loaded with the file; `types`: erased; `dynamic`: `import()` at run time, its specifier `''` when computed. */
  readonly kind: 'static' | 'types' | 'dynamic'
}

export interface SourceFacts {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly functions: readonly { readonly line: number; readonly lines: number }[]
  /** Free-standing names and their dotted members: `setTimeout`, `Date.now`, `process.hrtime.bigint`. */
  readonly names: readonly { readonly text: string; readonly line: number }[]
  readonly enumsAndNamespaces: readonly number[]
}

/** `files`: path to text. Paths are only names: nothing is read from a disk, and no import is followed. */
export function readSources(files: Readonly<Record<string, string>>): SourceFacts[] {
  const paths = Object.keys(files)
  const virtual = Object.fromEntries(paths.map((path) => [`/${path}`, files[path] ?? '']))
  const project = '/tsconfig.json'
  const compilerOptions = { noLib: true, noResolve: true, allowImportingTsExtensions: true, noEmit: true }
  virtual[project] = JSON.stringify({ files: paths.map((path) => `/${path}`), compilerOptions })
  const api = new API({ cwd: '/', fs: createVirtualFileSystem(virtual) })
  try {
    const program = api.updateSnapshot({ openProjects: [project] }).getProject(project)?.program
    return paths.map((path) => {
      const file = program?.getSourceFile(`/${path}`)
      if (file === undefined) throw new Error(`the compiler did not read ${path}`)
      return factsOf(path, file)
    })
  } finally {
    api.close()
  }
}

function factsOf(path: string, file: SourceFile): SourceFacts {
  const nodes = allNodes(file)
  const lineOf = (at: number): number => file.text.slice(0, at).split('\n').length
  const startOf = (node: Node): number => lineOf(node.getStart(file))
  return {
    path,
    lines: file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0),
    imports: nodes.flatMap(importsOf),
    functions: nodes.filter(isFunctionLikeDeclaration).map((node) => ({
      line: startOf(node),
      lines: lineOf(node.end) - startOf(node) + 1,
    })),
    names: nodes.flatMap((node) => {
      const text = freeName(node)
      return text === undefined ? [] : [{ text, line: startOf(node) }]
    }),
    enumsAndNamespaces: nodes
      .filter((node) => node.kind === SyntaxKind.EnumDeclaration || node.kind === SyntaxKind.ModuleDeclaration)
      .map(startOf),
  }
}

function allNodes(root: Node): Node[] {
  const found: Node[] = []
  const visit = (node: Node): void => {
    found.push(node)
    node.forEachChild((child) => {
      visit(child)
      return undefined
    })
  }
  visit(root)
  return found
}

/** `import { type A }` is no types-only import: Node strips the name and still loads the module. */
function importsOf(node: Node): Import[] {
  if (isImportDeclaration(node) && isStringLiteral(node.moduleSpecifier)) {
    const types = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword
    return [{ specifier: node.moduleSpecifier.text, kind: types ? 'types' : 'static' }]
  }
  if (isExportDeclaration(node) && node.moduleSpecifier !== undefined && isStringLiteral(node.moduleSpecifier)) {
    return [{ specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? 'types' : 'static' }]
  }
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments
    return [{ specifier: argument !== undefined && isStringLiteral(argument) ? argument.text : '', kind: 'dynamic' }]
  }
  return []
}

/** The dotted name that starts at this identifier, when it stands free: not a member, a key, or the name of a declaration. */
function freeName(node: Node): string | undefined {
  if (!isIdentifier(node)) return undefined
  if (isBindingElement(node.parent) && node.parent.propertyName === node) return undefined
  if (nameOf(node.parent) === node && node.parent.kind !== SyntaxKind.ShorthandPropertyAssignment) return undefined
  let text = node.text
  let whole: Node = node
  for (let outer = node.parent; isPropertyAccessExpression(outer) && outer.expression === whole; outer = outer.parent) {
    text += `.${outer.name.text}`
    whole = outer
  }
  return text
}

function nameOf(node: Node): unknown {
  return 'name' in node ? node.name : undefined
}
