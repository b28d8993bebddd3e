import type { Plugin } from 'graphql-yoga'
import type { ConsoleFile, ConsoleFiles } from './console-files.ts'

export interface ConsoleOptions {
  /** Null where nobody has built the console. */
  readonly files: ConsoleFiles | null
  /** Whether operations need a token, so that the console asks for one. */
  readonly asksForToken: boolean
  /** Whose pages may hold the console in a frame, and hand a token over to it. */
  readonly allowedOrigins: readonly string[]
}

const ROOT = /^\/console(?:\/(.*))?$/
const NOT_BUILT =
  'The console is not built. Run `npm run console` in the folder of dirgraph, then start dirgraph again.\n'
const FOREVER = 'public, max-age=31536000, immutable'

/**
 * Serves the console's pages under `/console`. They show nobody's data: what they ask for, they ask for with the token of
 * whoever sits before them. Any path without a file is a place in the console, which its script finds.
 */
export function useConsole({ files, asksForToken, allowedOrigins }: ConsoleOptions): Plugin {
  const settings = escapeAttribute(JSON.stringify({ asksForToken, allowedOrigins }))
  const html = files?.page.replace('name="dirgraph" content="{}"', `name="dirgraph" content="${settings}"`)
  const page = html === undefined ? null : new TextEncoder().encode(html)
  const policy = policyOf(allowedOrigins)
  return {
    async onRequest({ request, url, fetchAPI: { Response }, endResponse }) {
      const [, path = null] = ROOT.exec(url.pathname) ?? []
      if (!ROOT.test(url.pathname)) return
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return endResponse(new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } }))
      }
      const plain = { 'content-type': 'text/plain; charset=utf-8' }
      if (files === null || page === null) {
        return endResponse(new Response(NOT_BUILT, { status: 503, headers: plain }))
      }
      const file = files.files.get(path ?? '')
      if (file === undefined && path?.startsWith('assets/')) {
        return endResponse(new Response('There is no such file.\n', { status: 404, headers: plain }))
      }
      if (file === undefined) {
        const headers = {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': policy,
          'cache-control': 'no-cache',
        }
        return endResponse(new Response(page, { headers }))
      }
      const encoding = encodingFor(request, file)
      const headers = {
        'content-type': file.type,
        'cache-control': path?.startsWith('assets/') ? FOREVER : 'no-cache',
        vary: 'accept-encoding',
        ...(encoding !== null && { 'content-encoding': encoding }),
      }
      const bytes = encoding === null ? file.bytes : await file.compressed?.(encoding)
      endResponse(new Response(bytes ?? file.bytes, { headers }))
    },
  }
}

function encodingFor(request: Request, { compressed }: ConsoleFile): 'br' | 'gzip' | null {
  if (compressed === null) return null
  const accepted = request.headers.get('accept-encoding') ?? ''
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : null
}

/** Its own scripts and styles, this server, and nothing else; frames only of those who may hand tokens over. */
function policyOf(allowedOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${allowedOrigins.length === 0 ? "'none'" : allowedOrigins.join(' ')}`,
  ].join('; ')
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
