/**
 * The body of a request, byte by byte; null where it is longer than it may be, of which no more is read. A length that
 * is announced is believed when it is too long, and not when it is short.
 */
export async function readBody({ headers, body }: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(headers.get('content-length') ?? 0) > maxBytes) return null
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (body === null) return new Uint8Array()
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
