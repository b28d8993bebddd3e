/** The upstream sent more than it may; never retried. */
export class OversizedBodyError extends Error {
  override readonly name = 'OversizedBodyError'
}

/** As much of an answer as is read here. */
export interface UpstreamResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly body: AsyncIterable<Uint8Array> | null
  text(): Promise<string>
}

/** What sends requests: the platform's `fetch`, or a quicker one. Follows redirects only if the request says so. */
export type UpstreamFetch = (request: Request) => Promise<UpstreamResponse>

/** A `fetch` whose answers are there as a whole: their bodies are kept beside them, as text. */
export interface WholeFetch {
  /** `onHeaders` is called when the answer begins. */
  readonly fetch: (request: Request, onHeaders: () => void) => Promise<Response>
  textOf(response: Response): string
}

/** What is read of an answer's headers. ky would take waiting times from unproven ones, such as X-RateLimit-Reset. */
const KEPT_HEADERS = ['content-type', 'retry-after']

/**
 * `fetch` that settles only once the body is there. Inside ky this puts the body under the attempt's timeout
 * and its retries: on its own ky repeats neither a reset in mid-body nor a body that stalls.
 */
export function createWholeFetch(fetch: UpstreamFetch, maxBytes: number): WholeFetch {
  const texts = new WeakMap<Response, string>()
  return {
    async fetch(request, onHeaders) {
      const response = await fetch(request)
      onHeaders()
      const text = await readText(response, maxBytes)
      const headers = KEPT_HEADERS.flatMap(name => {
        const value = response.headers.get(name)
        return value === null ? [] : [[name, value] as [string, string]]
      })
      const whole = new Response(null, { status: response.status, statusText: response.statusText, headers })
      texts.set(whole, text)
      return whole
    },
    textOf: response => texts.get(response) ?? '',
  }
}

async function readText(response: UpstreamResponse, maxBytes: number): Promise<string> {
  try {
    // A length that was announced is held to by the protocol, but tells nothing of what is packed in it.
    const { headers } = response
    const announced = headers.has('content-encoding') ? null : headers.get('content-length')
    if (announced !== null && Number(announced) <= maxBytes) return await response.text()
    return await readCounted(response, maxBytes)
  } catch (error) {
    if (error instanceof OversizedBodyError || isAbort(error)) throw error
    // The words by which ky knows a network failure, so that it counts as one.
    throw new TypeError('fetch failed', { cause: error })
  }
}

async function readCounted(response: UpstreamResponse, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) throw new OversizedBodyError(`more than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
