/**
 * nginx twice: as the app that answers, cheap enough to leave the load core to the load, and as the plain proxy that all
 * are compared with. It writes its files into a folder of the run.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand, freePort, type Launch, LOAD_CORES, type Program, startProgram } from './program.ts'

const NGINX = findCommand('nginx')

/** Sizes that the app answers with: GET /0, /1024, /65536, /1048576; the same below /chunked/, without a length. */
export const BODY_BYTES: readonly number[] = [0, 1_024, 65_536, 1_048_576]

/** More than any round asks for: a connection that is closed for its age is not what is measured here. */
const KEEPALIVE_REQUESTS = 1_000_000_000

export async function startApp(folder: string): Promise<Program> {
  const port = await freePort()
  const root = join(folder, 'app')
  mkdirSync(join(root, 'chunked'), { recursive: true })
  for (const bytes of BODY_BYTES) {
    writeFileSync(join(root, String(bytes)), 'x'.repeat(bytes))
    writeFileSync(join(root, 'chunked', String(bytes)), 'x'.repeat(bytes))
  }
  // /v1/ takes OTLP and throws it away; a web page would be refused. An answer without a known length leaves in chunks: SSI
  // makes it so. `mirror` reads an upload whole before the answer, where `return` alone would answer early and discard the rest;
  // a static file's 405 to POST becomes the 200.
  const config = configOf(
    join(root, 'nginx.conf'),
    `sendfile on; client_max_body_size 0; client_body_buffer_size 2m; default_type text/html;
    open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;
    server {
      listen 127.0.0.1:${port} backlog=4096 reuseport;
      root ${root};
      location = /0 { return 200; }
      location /v1/ { default_type application/x-protobuf; return 200; }
      location /chunked/ { ssi on; }
      location /up { mirror /taken; error_page 404 405 =200 @taken; }
      location /taken { internal; return 204; }
      location @taken { return 200; }
    }`,
  )
  return startProgram(port, { ...launchOf(config, root), cores: LOAD_CORES })
}

/** Undefined when nginx is not there. */
export function nginxProxy(folder: string, port: number, target: number): Omit<Launch, 'cores'> | undefined {
  const root = join(folder, 'proxy')
  mkdirSync(root, { recursive: true })
  const config = configOf(
    join(root, 'nginx.conf'),
    `client_max_body_size 0;
    upstream app { server 127.0.0.1:${target}; keepalive 1024; keepalive_requests ${KEEPALIVE_REQUESTS}; }
    server {
      listen 127.0.0.1:${port} backlog=4096;
      location / {
        proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host;
        proxy_request_buffering off; client_body_buffer_size 64k;
        proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
      }
    }`,
  )
  return NGINX === undefined ? undefined : launchOf(config, root)
}

function launchOf(config: string, root: string): Omit<Launch, 'cores'> {
  return { command: NGINX ?? 'nginx', args: ['-c', config, '-p', root, '-e', join(root, 'error.log')] }
}

function configOf(path: string, http: string): string {
  writeFileSync(
    path,
    `daemon off; master_process off; pid ${path}.pid; error_log ${path}.log crit; worker_rlimit_nofile 16384;
events { worker_connections 16000; }
http {
  access_log off; keepalive_requests ${KEEPALIVE_REQUESTS}; keepalive_timeout 1h;
  client_body_temp_path ${path}.body; proxy_temp_path ${path}.proxy; fastcgi_temp_path ${path}.fastcgi;
  uwsgi_temp_path ${path}.uwsgi; scgi_temp_path ${path}.scgi;
  ${http}
}
`,
  )
  return path
}
