import {
  type Context,
  context,
  createContextKey,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { ProviderName } from '../domain/entity-key.ts'

/**
 * Spans of whichever OpenTelemetry SDK the process has registered: the command's own, or that of whoever mounts this.
 * Without one nothing is recorded, and no asynchronous context is opened. Names and attributes follow OpenTelemetry's
 * semantic conventions; documents, variables, addresses of objects and what is secret are in none.
 */
const tracer = trace.getTracer('dirgraph')

/** How the paths end whose requests are traced. Probes and scrapes come every few seconds and tell nothing. */
const ROUTES = ['/graphql', '/webhooks/workos', '/webhooks/scalekit']
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])

const FIELD = createContextKey('the field that is being resolved')

/** A field that is being resolved. It becomes a span with the first call that is made for it, and none without. */
interface TracedField {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly parent: Context
  readonly startedAtMs: number
  span: Span | null
  isOver: boolean
}

/** Whether there is an SDK that takes spans: it may be registered at any time. */
function isListening(): boolean {
  const provider = trace.getTracerProvider()
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('dirgraph') !== undefined
}

/** Whether what is running belongs to a trace that is recorded. */
export function isTraced(): boolean {
  return trace.getActiveSpan()?.isRecording() ?? false
}

/** The id of the trace that what is running belongs to; null without one. */
export function activeTraceId(): string | null {
  const span = trace.getActiveSpan()?.spanContext()
  return span !== undefined && trace.isSpanContextValid(span) ? span.traceId : null
}

/** Answers a request within a span of its own: a part of its sender's trace, where it names one (W3C `traceparent`). */
export async function traceRequest(
  request: Request,
  requestId: string,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (!isListening()) return answer()
  const { pathname, protocol } = new URL(request.url)
  const route = ROUTES.find(end => pathname.endsWith(end))
  if (route === undefined) return answer()
  const active = context.active()
  // Whoever mounts this may have a span of the same request, which then has read the headers.
  const isWithin = trace.getSpan(active) !== undefined
  const parent = isWithin ? active : propagation.extract(active, request.headers, HEADERS)
  const method = METHODS.has(request.method) ? request.method : '_OTHER'
  const span = tracer.startSpan(
    `${method === '_OTHER' ? 'HTTP' : method} ${route}`,
    {
      kind: isWithin ? SpanKind.INTERNAL : SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'url.scheme': protocol.slice(0, -1),
        'dirgraph.request_id': requestId,
      },
    },
    parent,
  )
  try {
    const response = await context.with(trace.setSpan(parent, span), answer)
    span.setAttribute('http.response.status_code', response.status)
    if (response.status >= 500) fail(span, String(response.status))
    return response
  } catch (error) {
    fail(span, nameOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** An operation of a document, as a span tells of it. */
export interface TracedOperation {
  readonly type: string
  /** As the document has it. */
  readonly name: string | null
  readonly requestId: string
}

/** Runs an operation within a span of its own; `codeOf` tells the code of the first error in its result, if there is one. */
export async function traceOperation<Result>(
  { type, name, requestId }: TracedOperation,
  run: () => Result | Promise<Result>,
  codeOf: (result: Result) => string | null,
): Promise<Result> {
  // Names are whatever callers write: they are not part of the span's name, which tools group by.
  const span = tracer.startSpan(type, {
    attributes: {
      'graphql.operation.type': type,
      ...(name !== null && { 'graphql.operation.name': name }),
      'dirgraph.request_id': requestId,
    },
  })
  try {
    const result = await context.with(trace.setSpan(context.active(), span), run)
    const code = codeOf(result)
    if (code !== null) fail(span, code)
    return result
  } catch (error) {
    fail(span, nameOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** Runs what a subscription does for an event, as the beginning of a trace of its own: streams outlive all traces. */
export function traceEvent<Result>(
  operation: TracedOperation,
  run: () => Result | Promise<Result>,
  codeOf: (result: Result) => string | null,
): Result | Promise<Result> {
  if (!isListening()) return run()
  return context.with(ROOT_CONTEXT, () => traceOperation(operation, run, codeOf))
}

/** Resolves a field; the calls that are made for it belong to a span of it. */
export function traceField<Result>(type: string, field: string, resolve: () => Result): Result {
  const parent = context.active()
  const traced: TracedField = {
    name: `${type}.${field}`,
    attributes: { 'graphql.parent.name': type, 'graphql.field.name': field },
    parent,
    startedAtMs: Date.now(),
    span: null,
    isOver: false,
  }
  const end = () => {
    traced.isOver = true
    traced.span?.end()
  }
  let result: Result
  try {
    result = context.with(parent.setValue(FIELD, traced), resolve)
  } catch (error) {
    end()
    throw error
  }
  if (result instanceof Promise) {
    result.then(end, error => {
      if (traced.span !== null) fail(traced.span, nameOf(error))
      end()
    })
  } else end()
  return result
}

/** One request to a provider. */
export interface TracedCall {
  readonly provider: ProviderName
  readonly method: string
  /** The path without its ids. */
  readonly route: string
  readonly host: string
  readonly port: number
  /** How many times it was sent before. */
  readonly resends: number
}

/** The span of a request to a provider. */
export interface CallSpan {
  /** Names the trace in the headers of the request (W3C `traceparent` and `tracestate`, and no baggage). */
  inject(headers: Record<string, string>): void
  /** With the status of the answer, or why there is none. */
  end(status: number | string): void
}

const UNTRACED: CallSpan = { inject() {}, end() {} }

/**
 * Begins the span of a request to a provider, within that of the field that it is made for. What is asked for no
 * operation, as by a probe, is part of no trace.
 */
export function traceCall({ provider, method, route, host, port, resends }: TracedCall): CallSpan {
  const active = context.active()
  const field = active.getValue(FIELD) as TracedField | undefined
  if (trace.getSpan(active) === undefined) return UNTRACED
  const parent = field === undefined ? active : within(field)
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': method,
        'url.template': route,
        'server.address': host,
        'server.port': port,
        'dirgraph.provider': provider,
        ...(resends > 0 && { 'http.request.resend_count': resends }),
      },
    },
    parent,
  )
  return {
    inject(headers) {
      const outgoing = propagation.deleteBaggage(trace.setSpan(parent, span))
      propagation.inject(outgoing, headers)
    },
    end(status) {
      if (typeof status === 'number') span.setAttribute('http.response.status_code', status)
      if (typeof status !== 'number' || status >= 400) fail(span, String(status))
      span.end()
    },
  }
}

/** Does what nobody waits for: its calls are no part of the trace that happens to be running, nor of any other. */
export function traceApart<Result>(run: () => Result): Result {
  return context.with(ROOT_CONTEXT, run)
}

/** The context of the calls that are made for a field; once that has been answered they are the operation's. */
function within(field: TracedField): Context {
  const { name, attributes, parent, startedAtMs } = field
  if (field.isOver && field.span === null) return parent
  field.span ??= tracer.startSpan(name, { attributes, startTime: startedAtMs }, parent)
  return trace.setSpan(parent, field.span)
}

const HEADERS = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
}

/** Without the error's message, which can say anything. */
function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER'
}
