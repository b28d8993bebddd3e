/** The upstream sent more than it may; never retried. */
export class OversizedBodyError extends Error {
  override readonly name = 'OversizedBodyError'
}

/**
 * `fetch` that settles only once the body is there. Inside ky this puts the body under the attempt's timeout
 * and its retries: on its own ky repeats neither a reset in mid-body nor a body that stalls.
 */
export function createFetchWhole(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const body = await readBody(response, maxBytes)
    const { status, statusText, headers } = response
    return new Response(body.length === 0 ? null : body, { status, statusText, headers })
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > maxBytes) throw new OversizedBodyError(`more than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof OversizedBodyError || isAbort(error)) throw error
    // The words by which ky knows a network failure, so that it counts as one.
    throw new TypeError('fetch failed', { cause: error })
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
