import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { onTestFinished } from 'vitest'

/** A span as a collector is sent it, and the resource that it comes from. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the root of a trace. */
  readonly parentSpanId: string
  readonly name: string
  /** OTLP's number: 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** OTLP's number: 0 unset, 2 error. */
  readonly status: number
  readonly resource: Readonly<Record<string, unknown>>
  /** How long it took, in milliseconds. */
  readonly durationMs: number
}

export interface Collector {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** The headers of each request, and all bodies as text. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[]
  readonly text: () => string
}

/** A collector of OpenTelemetry over HTTP, which reads by the published field numbers; ends with the test. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = []
  const headers: NodeJS.Dict<string | string[]>[] = []
  const bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    headers.push(request.headers)
    bodies.push(body)
    if (request.url === '/v1/traces') spans.push(...toSpans(body))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, headers, text: () => Buffer.concat(bodies).toString() }
}

type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint | number)[]>

/** `ExportTraceServiceRequest` → `ResourceSpans` → `ScopeSpans` → `Span`. */
function toSpans(body: Uint8Array): ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap(resourceSpans => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Map(), 1)
    return messages(resourceSpans, 2)
      .flatMap(scopeSpans => messages(scopeSpans, 2))
      .map(span => ({
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        parentSpanId: hex(span, 4),
        name: text(span, 5),
        kind: Number(span.get(6)?.[0] ?? 0),
        attributes: attributesOf(span, 9),
        status: Number(messages(span, 15)[0]?.get(3)?.[0] ?? 0),
        resource,
        durationMs: Number((span.get(8)?.[0] as bigint) - (span.get(7)?.[0] as bigint)) / 1e6,
      }))
  })
}

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes)
  const fields = new Map<number, (Uint8Array | bigint | number)[]>()
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const value =
      wireType === 2
        ? reader.bytes()
        : wireType === 1
          ? reader.fixed64()
          : wireType === 0
            ? reader.int64()
            : reader.fixed32()
    fields.set(number, [...(fields.get(number) ?? []), typeof value === 'string' ? BigInt(value) : value])
  }
  return fields
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map(value => fieldsOf(value as Uint8Array))
}

function hex(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array) ?? []).toString('hex')
}

function text(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] as Uint8Array) ?? []).toString()
}

/** Of `KeyValue`s, whose values are texts or whole numbers here. */
function attributesOf(fields: Fields, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(fields, number).map(pair => {
      const value = messages(pair, 2)[0] ?? new Map()
      return [text(pair, 1), value.has(1) ? text(value, 1) : Number(value.get(3)?.[0])]
    }),
  )
}
