/**
 * The body of a request, byte by byte; null where it is longer than it may be, of which no more is read. A length that
 * is announced is believed when it is too long, and not when it is short.
 */
export async function readBody(
  { headers, body }: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(headers.get('content-length') ?? 0) > maxBytes) return null
  if (body === null) return new Uint8Array()
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    bytes += value.byteLength
    // Left as it is: a stream that is cancelled takes the connection along, and the answer with it.
    if (bytes > maxBytes) return null
    chunks.push(value)
  }
}
