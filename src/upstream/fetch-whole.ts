/** The upstream sent more than it may; never retried. */
export class OversizedBodyError extends Error {
  override readonly name = 'OversizedBodyError'

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`)
  }
}

/** As much of the platform's `RequestInit` as is needed here. */
export interface UpstreamInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly signal: AbortSignal
  /** A redirect is no answer: it is not followed, and takes no credentials along. */
  readonly redirect: 'manual'
  readonly credentials: 'omit'
}

/** As much of an answer as is read here. */
export interface UpstreamResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly body: AsyncIterable<Uint8Array> | null
  text(): Promise<string>
  /** The text of at most so many bytes, unpacked; where it is absent they are counted in `body`. */
  textWithin?(maxBytes: number): Promise<string>
}

/** What sends requests: the platform's `fetch`, or a quicker one. */
export type UpstreamFetch = (url: string, init: UpstreamInit) => Promise<UpstreamResponse>

/** An answer that is there as a whole. */
export interface WholeAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  readonly text: string
}

/** `onHeaders` is called when the answer begins. */
export type WholeFetch = (url: string, init: UpstreamInit, onHeaders: () => void) => Promise<WholeAnswer>

/**
 * `fetch` that settles only once the body is there. This puts the body under the attempt's timeout and its retries:
 * on its own ky repeats neither a reset in mid-body nor a body that stalls.
 */
export function createWholeFetch(fetch: UpstreamFetch, maxBytes: number): WholeFetch {
  return async (url, init, onHeaders) => {
    const response = await fetch(url, init)
    onHeaders()
    const { status, statusText, headers } = response
    return { status, statusText, headers, text: await readText(response, maxBytes) }
  }
}

async function readText(response: UpstreamResponse, maxBytes: number): Promise<string> {
  try {
    if (response.textWithin) return await response.textWithin(maxBytes)
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
    if (size > maxBytes) throw new OversizedBodyError(maxBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Whether that ended an attempt because somebody left or its time was up, and not because the network failed. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
