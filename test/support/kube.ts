/**
 * A real Kubernetes API server with its etcd, on free ports: the schemas, the strict validation and the admission of Pod Security that
 * a cluster has. There is no controller and no node: nothing ever runs. It is asked over HTTPS, as kubectl does, and needs no kubectl.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { start } from './backends.ts'
import { freePorts } from './ports.ts'

export interface Kube {
  /** A new one, whose pods must keep to the Pod Security profile. */
  namespace(name: string, podSecurity: 'restricted' | 'baseline' | 'privileged'): Promise<void>
  /** Each document (or item of a List) of YAML or JSON as `kubectl apply --dry-run=server --validate=strict` would create it. */
  apply(namespace: string, text: string): Promise<readonly Applied[]>
  stop(): Promise<void>
}

export interface Applied {
  /** `Deployment shop`. */
  readonly object: string
  /** 201 when it would be created. */
  readonly status: number
  /** What is wrong with it. */
  readonly message: string
  /** What the server says besides, such as what Pod Security will do to a workload's pods. */
  readonly warnings: readonly string[]
  /** As it would be stored. */
  readonly stored: Readonly<Record<string, unknown>>
}

const TOKEN = 'test'

export async function startKube(): Promise<Kube> {
  const [etcdClients, etcdPeers, port] = await freePorts(3)
  const folder = mkdtempSync(join(tmpdir(), 'podspan-kube-'))
  const etcdUrl = `http://127.0.0.1:${etcdClients}`
  const peers = `http://127.0.0.1:${etcdPeers}`
  const etcdFlags = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
  ]
  const etcd = await start('etcd', '', `${etcdUrl}/health`, {}, () => etcdFlags)
  const ask = asker(Number(port))
  const isReady = async (): Promise<true | undefined> =>
    (await ask('GET', '/readyz')).status === 200 ? true : undefined
  const server = await start(
    'kube-apiserver',
    '',
    () => isReady().catch(() => undefined),
    {},
    () => serverFlags(folder, etcdUrl, Number(port)),
  ).catch(async (error) => {
    await etcd.stop()
    throw error
  })
  return {
    namespace: (name, podSecurity) => makeNamespace(ask, name, podSecurity),
    async apply(namespace, text) {
      const applied: Applied[] = []
      for (const document of documentsOf(text)) applied.push(await apply(ask, namespace, document))
      return applied
    },
    async stop() {
      await server.stop()
      await etcd.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function serverFlags(folder: string, etcdUrl: string, port: number): string[] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFileSync(join(folder, 'tokens.csv'), `${TOKEN},admin,1,system:masters\n`)
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.key')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
  ]
}

interface Answer {
  readonly status: number
  readonly warnings: readonly string[]
  readonly body: Readonly<Record<string, unknown>>
}

type Ask = (method: 'GET' | 'POST', path: string, body?: string) => Promise<Answer>

function asker(port: number): Ask {
  return (method, path, body = '') =>
    new Promise((resolve, reject) => {
      // Its certificate is made at the start, by itself, for this loopback.
      const options = { host: '127.0.0.1', port, method, path, rejectUnauthorized: false }
      const headers = {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/yaml',
        accept: 'application/json',
      }
      const asked = request({ ...options, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          // 299 - "what it says"
          const warnings = [...String(response.headers.warning ?? '').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)]
          resolve({
            status: response.statusCode ?? 0,
            warnings: warnings.map(([, said = '']) => said.replaceAll(/\\(.)/g, '$1')),
            body: text.startsWith('{') ? JSON.parse(text) : {},
          })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
}

async function makeNamespace(ask: Ask, name: string, podSecurity: string): Promise<void> {
  const labels = Object.fromEntries(
    ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]),
  )
  const made = await ask('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { name, labels } }))
  if (made.status !== 201) throw new Error(`no namespace ${name}: ${JSON.stringify(made.body)}`)
  // A controller would make it; no pod is admitted without.
  const account = JSON.stringify({ metadata: { name: 'default' } })
  await ask('POST', `/api/v1/namespaces/${name}/serviceaccounts`, account)
}

/** A stream cut into its documents, each as it is written; the items of a List one by one, as kubectl sends them. */
function documentsOf(text: string): string[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const value = document.toJS() as { readonly kind?: string; readonly items?: readonly unknown[] } | null
    if (value === null) return []
    if (value.kind === 'List') return (value.items ?? []).map((item) => JSON.stringify(item))
    return [text.slice(document.contents?.range?.[0], document.range[1])]
  })
}

async function apply(ask: Ask, namespace: string, document: string): Promise<Applied> {
  const { apiVersion, kind, metadata } = parse(document, { version: '1.1' })
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const { resources } = (await ask('GET', base)).body as {
    resources?: { kind: string; name: string; namespaced: boolean }[]
  }
  const resource = resources?.find((each) => each.kind === kind && !each.name.includes('/'))
  const object = `${kind} ${metadata?.name}`
  if (resource === undefined)
    return { object, status: 404, message: `no kind ${kind} in ${apiVersion}`, warnings: [], stored: {} }
  const path = `${base}${resource.namespaced ? `/namespaces/${namespace}` : ''}/${resource.name}`
  const { status, warnings, body } = await ask('POST', `${path}?dryRun=All&fieldValidation=Strict`, document)
  const message = status === 201 ? '' : String(body.message)
  return { object, status, message, warnings, stored: status === 201 ? body : {} }
}
