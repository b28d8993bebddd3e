import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const LIST = '{ organizations(first: 3, filter: { provider: WORKOS }) { nodes { name } } }'

let app: TestApp
beforeEach(async () => {
  app = await startApp({ dirgraph: { cacheTtlSeconds: 30 } })
})
afterEach(() => app.stop())

describe('without an OpenTelemetry SDK', () => {
  test('no asynchronous context is opened, no resolver is traced and no provider is told', async () => {
    const opened = vi.spyOn(context, 'with')
    const injected = vi.spyOn(propagation, 'inject')
    await app.query(LIST, {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
    expect(app.sandbox.calls).toHaveLength(1)
    expect(opened).not.toHaveBeenCalled()
    expect(injected).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })
})

describe('with the OpenTelemetry SDK of whoever mounts it', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    trace.setGlobalTracerProvider(provider)
  })
  beforeEach(() => exporter.reset())
  afterAll(() => {
    trace.disable()
    context.disable()
    propagation.disable()
  })

  const spans = () => exporter.getFinishedSpans()
  const named = (name: string) => spans().filter(span => span.name === name)

  test('a request within a span of its host is a part of that span', async () => {
    const host = trace.getTracer('host').startSpan('host')
    await context.with(trace.setSpan(context.active(), host), () => app.query(LIST))
    const [request] = named('POST /graphql')
    expect(request?.parentSpanContext?.spanId).toBe(host.spanContext().spanId)
    expect(new Set(spans().map(span => span.spanContext().traceId))).toEqual(
      new Set([host.spanContext().traceId]),
    )
  })

  test('a call that several operations wait for belongs to the one that began it', async () => {
    app.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 100 })
    await Promise.all([app.query(LIST), app.query(LIST), app.query(LIST)])
    expect(app.sandbox.calls).toHaveLength(1)
    expect(named('GET /organizations')).toHaveLength(1)
    expect(named('Query.organizations')).toHaveLength(1)
    expect(named('query')).toHaveLength(3)
  })

  test('what is answered without a call has no span of a resolver', async () => {
    await app.query(LIST)
    exporter.reset()
    await app.query(LIST)
    expect(app.sandbox.calls).toHaveLength(1)
    expect(spans().map(({ name }) => name)).toEqual(['query', 'POST /graphql'])
  })

  test('an answer that is renewed in the background is no part of the trace that found it old', async () => {
    const clock = vi.spyOn(performance, 'now')
    const nowMs = performance.now.bind(performance)
    await app.query(LIST)
    const aheadMs = nowMs()
    clock.mockImplementation(() => aheadMs + 25_000)
    exporter.reset()
    await app.query(LIST)
    clock.mockRestore()
    await vi.waitFor(() => expect(app.sandbox.calls).toHaveLength(2))
    expect(spans().map(({ name }) => name)).toEqual(['query', 'POST /graphql'])
  })

  test('each of many equal fields shares one resolver’s span, and each call has its own', async () => {
    await app.query(
      '{ directories(first: 3, filter: { provider: WORKOS }) { nodes { users(first: 1) { nodes { id } } } } }',
    )
    const calls = app.sandbox.calls.map(({ path }) => path)
    expect(calls).toEqual(['/directories', '/directory_users', '/directory_users', '/directory_users'])
    expect(named('GET /directory_users')).toHaveLength(3)
    expect(named('Directory.users')).toHaveLength(1)
    const [field] = named('Directory.users')
    for (const { parentSpanContext } of named('GET /directory_users'))
      expect(parentSpanContext?.spanId).toBe(field?.spanContext().spanId)
  })

  test('providers are not told of a trace unless that is asked for', async () => {
    await app.query(LIST, {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
    expect(named('GET /organizations')).toHaveLength(1)
    expect(app.sandbox.calls.map(({ headers }) => headers.traceparent)).toEqual([undefined])
  })

  test('each event of a subscription begins a trace of its own, and the webhook that brought it has one', async () => {
    await app.stop()
    app = await startApp({ dirgraph: { webhooks: WEBHOOKS } })
    const { fetch } = app.dirgraph
    const { user, directory } = workosSubject(app.sandbox.data)
    const query = 'subscription Told { directoryEvents { directory { name } } }'
    const response = await fetch(
      new Request('http://dirgraph.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-request-id': 'mine' },
        body: JSON.stringify({ query }),
      }),
    )
    const reader = response.body?.getReader()
    await fetch(fromWorkos(workosEvent('dsync.user.created', user, { created_at: new Date().toISOString() })))
    // Whoever reads the stream may do so within a trace.
    const host = trace.setSpan(context.active(), trace.getTracer('host').startSpan('host'))
    const read = () => context.with(host, () => reader?.read())
    let text = ''
    for (let part = await read(); part?.value !== undefined; part = await read()) {
      text += Buffer.from(part.value).toString()
      if (text.includes('event: next')) break
    }
    expect(text).toContain(directory.name)
    await reader?.cancel()
    const [began, told] = named('subscription')
    expect(told?.parentSpanContext).toBeUndefined()
    expect(told?.attributes).toMatchObject({
      'dirgraph.request_id': 'mine',
      'graphql.operation.name': 'Told',
    })
    expect(told?.spanContext().traceId).not.toBe(began?.spanContext().traceId)
    const [call] = named('GET /directories/{id}')
    expect(call?.spanContext().traceId).toBe(told?.spanContext().traceId)
    expect(named('POST /webhooks/workos')).toHaveLength(1)
  })
})
