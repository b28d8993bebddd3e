import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { GraphiQLOptions, Plugin } from 'graphql-yoga'

const PATH = /\/graphql\/?$/

/**
 * Serves GraphiQL to whoever opens `/graphql` in a browser. The page shows nobody's data: what it asks for, it asks for
 * with the token that is typed into it.
 */
export function useGraphiqlPage(options: GraphiQLOptions): Plugin {
  let page: Promise<Page> | null = null
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      const isPage = request.method === 'GET' && PATH.test(url.pathname)
      if (!isPage || !request.headers.get('accept')?.includes('text/html')) return
      page ??= makePage(options)
      const { html, gzipped, policy } = await page
      const isGzipWelcome = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
      const headers = {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        vary: 'accept-encoding',
        ...(isGzipWelcome && { 'content-encoding': 'gzip' }),
      }
      endResponse(new fetchAPI.Response(isGzipWelcome ? gzipped : html, { headers }))
    },
  }
}

interface Page {
  readonly html: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  readonly policy: string
}

/** Once: nine megabytes, which shrink to a third; read only where somebody opens the page. */
async function makePage(options: GraphiQLOptions): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const text = renderGraphiQL(options)
  const html = new TextEncoder().encode(text)
  return { html, gzipped: new Uint8Array(await promisify(gzip)(html)), policy: policyOf(text) }
}

/**
 * What the page may do: run the scripts that it was served with and no others, speak to this server, style itself (its
 * editor makes styles as it goes), and run the editor's workers, which it makes of its own text.
 */
function policyOf(html: string): string {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script)
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** As browsers take it: over the text with plain line ends. */
function hashOf(script: string): string {
  const hash = createHash('sha256').update(script.replaceAll(/\r\n?/g, '\n')).digest('base64')
  return `'sha256-${hash}'`
}
