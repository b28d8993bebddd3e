import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Agent, request } from 'undici'
import type { UpstreamFetch } from './fetch-whole.ts'

/**
 * Sends requests by undici's own interface. The platform's `fetch` stands on the same client, and doubles its CPU time
 * by streams and objects that nobody here reads. For Node only.
 */
export function createPooledFetch(): UpstreamFetch {
  const dispatcher = new Agent()
  return async ({ url, method, headers, body, signal }) => {
    const sent = body === null ? null : await new Response(body).text()
    const answer = await request(url, {
      method,
      headers: { ...Object.fromEntries(headers), 'accept-encoding': 'gzip' },
      body: sent,
      signal,
      dispatcher,
    }).catch(toFetchError)
    const received = answer.headers
    return {
      status: answer.statusCode,
      statusText: answer.statusText,
      headers: {
        has: name => received[name] !== undefined,
        get: name => received[name]?.toString() ?? null,
      },
      body: received['content-encoding'] === 'gzip' ? unpack(answer.body) : answer.body,
      text: () => answer.body.text(),
    }
  }
}

/** What fails on the way is told to whoever reads the end of it. */
function unpack(body: Readable): Readable {
  return pipeline(body, createGunzip(), () => {})
}

/** In the form of a `fetch` that failed, by which a failure of the network is told from others. */
function toFetchError(error: unknown): never {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) throw error
  throw new TypeError('fetch failed', { cause: error })
}
