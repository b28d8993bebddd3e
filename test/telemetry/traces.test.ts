import { describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { type Collector, type ReceivedSpan, startCollector } from './start-collector.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const SAMPLED = `00-${TRACE}-${PARENT}-01`
const NOT_SAMPLED = `00-${TRACE}-${PARENT}-00`
const TOKEN = 'admin_0123456789abcdef'
const EMAIL = 'ada.lovelace@private.example'

/** OTLP’s numbers. */
const SERVER = 2
const CLIENT = 3
const UNSET = 0
const ERROR = 2

const NESTED = `query Nested {
  organizations(first: 2, filter: { provider: WORKOS }) { nodes { name directories(first: 1) { nodes { name } } } }
}`

describe('the command with a collector', () => {
  let sandbox: Sandbox
  let collector: Collector
  const log: Record<string, unknown>[] = []
  /** The upstream calls of each operation by what they were sent with. */
  const calls: Record<string, Sandbox['calls']> = {}

  // One process for all of them: it takes longer to start than they take together.
  test('starts, answers and ends with code 0', { timeout: 60_000 }, async () => {
    sandbox = await startSandbox()
    collector = await startCollector()
    const { workos, scalekit } = sandbox
    const dirgraph = await spawnDirgraph({
      env: {
        LOG_LEVEL: 'debug',
        WORKOS_API_KEY: workos.apiKey,
        WORKOS_API_URL: workos.url,
        SCALEKIT_ENVIRONMENT_URL: scalekit.environmentUrl,
        SCALEKIT_CLIENT_ID: scalekit.clientId,
        SCALEKIT_CLIENT_SECRET: scalekit.clientSecret,
        DIRGRAPH_ADMIN_TOKEN: TOKEN,
        DIRGRAPH_PROPAGATE_TRACES: 'true',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=key%20of%20ours',
        OTEL_SERVICE_NAME: 'directories',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=not-this',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    })
    const ask = async (name: string, body: object, headers: Record<string, string> = {}) => {
      sandbox.clearCalls()
      const response = await fetch(dirgraph.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${TOKEN}`,
          'x-request-id': name,
          ...headers,
        },
        body: JSON.stringify(body),
      })
      calls[name] = [...sandbox.calls]
      return response.json()
    }
    await ask('nested', { query: NESTED }, { traceparent: SAMPLED, baggage: `user=${EMAIL}` })
    await ask(
      'unsampled',
      { query: '{ organizations(first: 3) { nodes { name } } }' },
      { traceparent: NOT_SAMPLED },
    )
    const page =
      '{ organizations(first: 2, filter: { provider: WORKOS }) { nodes { directories { nodes { id } } } } }'
    const [directory] = (await ask('page', { query: page })).data.organizations.nodes.flatMap(
      (node: { directories: { nodes: object[] } }) => node.directories.nodes,
    )
    const remove = 'mutation($input: DeleteDirectoryInput!) { deleteDirectory(input: $input) { __typename } }'
    await ask('write', { query: remove, variables: { input: { directoryId: directory.id } } })
    await ask('half-kept', { query: page })
    const { workosOrganizationId: id } = sandbox.data.known
    await ask('by-id', {
      query: 'query($id: ID!) { organization(by: { workosId: $id }) { name } }',
      variables: { id },
    })
    await ask('refused', { query: '{ nope }' })
    sandbox.inject({ provider: 'workos', kind: 'status', status: 503, path: /organizations/ })
    await ask('failing', {
      query:
        'query Failing($email: String!) { organizations(first: 7, filter: { search: $email, provider: WORKOS }) { nodes { name } } }',
      variables: { email: EMAIL },
    })
    sandbox.clearFaults()
    await fetch(new URL('/health', dirgraph.url))
    await fetch(new URL('/ready', dirgraph.url))
    const run = await dirgraph.stop()
    expect(run.code).toBe(0)
    log.push(
      ...run.stderr
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    )
    await sandbox.stop()
  })

  const of = (requestId: string): readonly ReceivedSpan[] => {
    const root = collector.spans.find(
      ({ attributes, kind }) => kind === SERVER && attributes['dirgraph.request_id'] === requestId,
    )
    return collector.spans.filter(({ traceId }) => traceId === root?.traceId)
  }
  /** The names from the root of a trace to a span. */
  const lineage = (span: ReceivedSpan): string[] => {
    const parent = collector.spans.find(({ spanId }) => spanId === span.parentSpanId)
    return [...(parent === undefined ? [] : lineage(parent)), span.name]
  }

  test('sends one span for the request, the operation, each resolver that calls and each call', () => {
    const spans = of('nested')
    expect(spans.map(lineage).sort()).toEqual([
      ['POST /graphql'],
      ['POST /graphql', 'query'],
      ['POST /graphql', 'query', 'Query.organizations'],
      ['POST /graphql', 'query', 'Query.organizations', 'GET /directories'],
      ['POST /graphql', 'query', 'Query.organizations', 'GET /organizations'],
    ])
    expect(calls.nested).toHaveLength(2)
    expect(spans.filter(({ durationMs }) => durationMs < 0)).toEqual([])
    const spanOf = (name: string) => spans.find(span => span.name === name)
    expect(spanOf('POST /graphql')).toMatchObject({
      kind: SERVER,
      status: UNSET,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/graphql',
        'http.response.status_code': 200,
        'dirgraph.request_id': 'nested',
      },
    })
    expect(spanOf('query')).toMatchObject({
      attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'Nested' },
    })
    expect(spanOf('GET /directories')).toMatchObject({
      kind: CLIENT,
      attributes: {
        'http.request.method': 'GET',
        'url.template': '/directories',
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(sandbox.workos.url).port),
        'http.response.status_code': 200,
        'dirgraph.provider': 'workos',
      },
    })
  })

  test('ends the span of a resolver, or has none, where what is kept answers it and a call is begun meanwhile', () => {
    expect(calls['half-kept']).toHaveLength(1)
    expect(of('half-kept').map(lineage).sort()).toEqual([
      ['POST /graphql'],
      ['POST /graphql', 'query'],
      ['POST /graphql', 'query', 'GET /directories'],
    ])
  })

  test('continues the trace that the request is part of, and samples as its sender does', () => {
    expect(of('nested').find(({ kind }) => kind === SERVER)).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
    })
    expect(of('refused')).toMatchObject([{ parentSpanId: '', name: 'POST /graphql' }])
    expect(calls.unsampled).toHaveLength(1)
    expect(of('unsampled')).toEqual([])
  })

  test('names each call to the provider in `traceparent`, where it is told to, and hands on no baggage', () => {
    const sent = (calls.nested ?? []).map(({ headers }) => headers)
    const spanIds = of('nested').flatMap(({ kind, spanId }) => (kind === CLIENT ? [spanId] : []))
    expect(sent.map(({ traceparent }) => traceparent).sort()).toEqual(
      spanIds.map(spanId => `00-${TRACE}-${spanId}-01`).sort(),
    )
    expect(sent.flatMap(Object.keys)).not.toContain('baggage')
    expect(calls.unsampled?.map(({ headers }) => headers.traceparent?.slice(-3))).toEqual(['-00'])
  })

  test('tells of each repetition and of how it ended', () => {
    const [field] = of('failing').filter(({ name }) => name === 'Query.organizations')
    expect(field).toMatchObject({ status: ERROR, attributes: { 'error.type': 'UnavailableError' } })
    const [operation] = of('failing').filter(({ name }) => name === 'query')
    expect(operation).toMatchObject({ status: ERROR, attributes: { 'error.type': 'UPSTREAM_UNAVAILABLE' } })
    const attempts = of('failing').filter(({ kind }) => kind === CLIENT)
    expect(attempts).toHaveLength(calls.failing?.length ?? 0)
    expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
      undefined,
      1,
      2,
    ])
    for (const { attributes, status } of attempts)
      expect([attributes['error.type'], status]).toEqual(['503', ERROR])
  })

  test('traces no probe, and no call that is made for one', () => {
    const requests = collector.spans.filter(
      ({ parentSpanId }) => parentSpanId === '' || parentSpanId === PARENT,
    )
    expect(requests.map(({ name }) => name)).toEqual(Array(7).fill('POST /graphql'))
  })

  test('heeds the names of the service, and the headers for the collector', () => {
    for (const { resource } of collector.spans)
      expect(resource).toMatchObject({
        'service.name': 'directories',
        'deployment.environment.name': 'test',
      })
    expect(collector.headers.length).toBeGreaterThan(0)
    for (const headers of collector.headers)
      expect(headers).toMatchObject({
        'x-collector-key': 'key of ours',
        'content-type': 'application/x-protobuf',
      })
  })

  test('has the id of the trace in the lines of the log that belong to it', () => {
    for (const requestId of ['nested', 'refused', 'failing']) {
      const traceIds = log.filter(line => line.requestId === requestId).map(({ traceId }) => traceId)
      expect(traceIds.length).toBeGreaterThan(0)
      expect(new Set(traceIds)).toEqual(new Set([of(requestId)[0]?.traceId]))
    }
    expect(log.filter(line => line.requestId === 'ready').map(({ traceId }) => traceId)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('sends nothing of a person, a document, an id or a secret', () => {
    const text = collector.text()
    // What is sent can be read in it, or this would prove nothing.
    expect(text).toContain('GET /organizations/{id}')
    const ids = sandbox.data.workos.organizations.map(({ id }) => id)
    const secrets = [TOKEN, sandbox.workos.apiKey, sandbox.scalekit.clientSecret, 'key of ours', 'Bearer']
    const leaks = [...ids, ...secrets, EMAIL, '.example', 'first:', 'nodes {', 'search=']
    expect(leaks.filter(leak => text.includes(leak))).toEqual([])
  })
})
