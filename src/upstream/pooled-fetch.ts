import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import { isAbort, OversizedBodyError, type UpstreamFetch, type UpstreamResponse } from './fetch-whole.ts'

/**
 * Sends requests by undici's own interface, and reads answers without a stream. The platform's `fetch` stands on the
 * same client, and doubles its CPU time by streams and objects that nobody here reads. For Node only.
 */
export function createPooledFetch(): UpstreamFetch {
  const dispatcher = new Agent()
  return async (url, { method, headers, body, signal }) => {
    signal.throwIfAborted()
    const { origin, pathname, search } = new URL(url)
    const answer = new PooledAnswer(signal)
    const options = { origin, path: pathname + search, method: method as Dispatcher.HttpMethod, body }
    dispatcher.dispatch({ ...options, headers: { ...headers, 'accept-encoding': 'gzip' } }, answer)
    return answer.begun
  }
}

const decoder = new TextDecoder()

/** An answer on its way: what undici tells of it, and what becomes of that. */
class PooledAnswer implements Dispatcher.DispatchHandler {
  /** Settles with the headers. */
  readonly begun: Promise<UpstreamResponse>
  readonly #begin = Promise.withResolvers<UpstreamResponse>()
  readonly #whole = Promise.withResolvers<Buffer>()
  readonly #signal: AbortSignal
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | null = null
  #size = 0
  #maxBytes = Number.POSITIVE_INFINITY

  constructor(signal: AbortSignal) {
    this.begun = this.#begin.promise
    this.#signal = signal
    // Who reads the body is told; until then nobody may be there to hear of it.
    this.#whole.promise.catch(() => {})
    signal.addEventListener('abort', this.#leave, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It may have waited for a connection meanwhile.
    if (this.#signal.aborted) controller.abort(this.#signal.reason)
  }

  onResponseStart(
    _controller: unknown,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = '',
  ): void {
    // What comes before an answer says nothing.
    if (status < 200) return
    const isPacked = headers['content-encoding'] === 'gzip'
    const textWithin = async (maxBytes: number) => {
      this.#maxBytes = maxBytes
      const body = await this.#whole.promise
      // Some of it may have come before anybody said how much it may be.
      if (body.length > maxBytes) throw new OversizedBodyError(maxBytes)
      // Nothing is nothing, whatever it is said to be packed in: as with 204.
      return decoder.decode(isPacked && body.length > 0 ? await unpack(body, maxBytes) : body)
    }
    this.#begin.resolve({
      status,
      statusText,
      headers: {
        has: name => headers[name] !== undefined,
        get: name => headers[name]?.toString() ?? null,
      },
      body: null,
      text: () => textWithin(Number.POSITIVE_INFINITY),
      textWithin,
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size > this.#maxBytes) controller.abort(new OversizedBodyError(this.#maxBytes))
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#leave)
    const [only] = this.#chunks
    this.#whole.resolve(only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks))
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#signal.removeEventListener('abort', this.#leave)
    this.#fail(error)
  }

  /** Whoever leaves is let go at once, wherever undici is with the request. */
  readonly #leave = () => {
    this.#controller?.abort(this.#signal.reason)
    this.#fail(this.#signal.reason)
  }

  #fail(error: unknown): void {
    this.#begin.reject(toFetchError(error))
    this.#whole.reject(error)
  }
}

/** Rejects with an `OversizedBodyError` where more than that comes out of it. */
function unpack(body: Buffer, maxBytes: number): Promise<Buffer> {
  const maxOutputLength = Math.min(maxBytes, Number.MAX_SAFE_INTEGER)
  return promisify(gunzip)(body, { maxOutputLength }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') throw new OversizedBodyError(maxBytes)
    throw error
  })
}

/** In the form of a `fetch` that failed, by which a failure of the network is told from others. */
function toFetchError(error: unknown): unknown {
  return isAbort(error) ? error : new TypeError('fetch failed', { cause: error })
}
