import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDirgraph } from '../../src/app.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp

beforeEach(async () => {
  app = await startApp({ latencyMs: 60, providers: ['workos'] })
})
afterEach(() => app.stop())

const ORGANIZATIONS = '{ organizations(first: 5) { nodes { id name } } }'
const COST = { 'dirgraph-cost': 'true' }

const coalescedOf = (result: { extensions?: Record<string, unknown> }) =>
  (result.extensions?.dirgraph as { coalesced: number } | undefined)?.coalesced

describe('equal reads under way', () => {
  test('are one call for all requests, and each gets the answer', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => app.query(ORGANIZATIONS, {}, COST)))
    expect(app.sandbox.calls).toHaveLength(1)
    expect(new Set(results.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    expect(results.map(coalescedOf).toSorted()).toEqual([0, ...Array.from({ length: 19 }, () => 1)])
  })

  test('are a call each where one has arrived before the next begins, with nothing kept', async () => {
    await app.query(ORGANIZATIONS)
    await app.query(ORGANIZATIONS)
    expect(app.sandbox.calls).toHaveLength(2)
  })

  test('of two credentials are two calls', async () => {
    const { url } = app.sandbox.workos
    const others = ['sk_test_other', 'sk_test_another'].map(apiKey =>
      createDirgraph({ workos: { apiKey, apiUrl: url }, logLevel: 'silent', cacheTtlSeconds: 30 }),
    )
    const ask = (dirgraph: (typeof others)[number]) =>
      dirgraph
        .fetch(
          new Request('http://dirgraph.test/graphql', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query: ORGANIZATIONS }),
          }),
        )
        .then(response => response.json())
    const [own, ...theirs] = await Promise.all([app.query(ORGANIZATIONS), ...others.map(ask)])
    expect(own?.errors).toBeUndefined()
    for (const result of theirs) {
      expect(result).toMatchObject({ errors: [{ extensions: { reason: 'credentials-refused' } }] })
    }
    const asked = app.sandbox.calls.map(({ headers }) => headers.authorization)
    expect(new Set(asked).size).toBe(3)
    await Promise.all(others.map(dirgraph => dirgraph.stop()))
  })

  test('go on for the others when one of their callers leaves, and end when all have', async () => {
    const controllers = [new AbortController(), new AbortController()]
    const ask = ({ signal }: AbortController) =>
      app.dirgraph.fetch(
        new Request('http://dirgraph.test/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: ORGANIZATIONS }),
          signal,
        }),
      )
    const [leaving, staying] = controllers.map(controller => ask(controller).catch(() => null))
    await expect.poll(() => app.sandbox.calls.length).toBe(1)
    controllers[0]?.abort()
    await leaving
    const answer = await staying
    expect(await answer?.json()).toMatchObject({ data: { organizations: { nodes: [{}, {}, {}, {}, {}] } } })
    expect(app.sandbox.calls).toHaveLength(1)
  })
})

describe('within one operation', () => {
  test('nothing is asked twice, however late and under whatever name, though nothing is kept', async () => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosMediumDirectoryId)
    const { errors } = await app.query(
      `query($id: ID!) {
        one: directory(by: { id: $id }) { name users(first: 3) { nodes { name groups { nodes { name users(first: 2) { nodes { id } } } } } } }
        other: directory(by: { id: $id }) { state users(first: 3) { nodes { email directory { name } groups { nodes { id } } } } }
        node(id: $id) { ... on Directory { users(first: 3) { edges { cursor } } organization { name directories { nodes { name } } } } }
      }`,
      { id },
    )
    expect(errors).toBeUndefined()
    const asked = app.sandbox.calls.map(({ path, query }) => JSON.stringify([path, query]))
    expect(asked).toEqual([...new Set(asked)])
  })
})
