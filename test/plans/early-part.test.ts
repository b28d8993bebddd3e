import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/start-app.ts'

/** A list over both providers costs the calls of both; what is known of the first part decides only when they are made. */

let app: TestApp

beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const PLACES = { workos: '/organizations', scalekit: '/api/v1/organizations' } as const

/** Asks while WorkOS takes its time, and tells whether Scalekit was asked before it had answered. */
async function ask(first: number, after: string | null = null) {
  app.sandbox.inject({ provider: 'workos', path: /^\/organizations/, times: 1, kind: 'delay', delayMs: 100 })
  app.sandbox.clearCalls()
  const { data, errors } = await app.query<{
    organizations: { nodes: { id: string }[]; pageInfo: { endCursor: string } }
  }>(
    `query($first: Int!, $after: String) { organizations(first: $first, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
    { first, after },
  )
  app.sandbox.clearFaults()
  expect(errors).toBeUndefined()
  const its = (provider: keyof typeof PLACES) =>
    app.sandbox.calls.filter(call => call.provider === provider && call.path === PLACES[provider])
  const [workos, scalekit] = [its('workos'), its('scalekit')]
  return {
    organizations: data?.organizations,
    calls: [workos.length, scalekit.length],
    isEarly: (scalekit[0]?.receivedAtMs ?? Number.POSITIVE_INFINITY) < (workos[0]?.answeredAtMs ?? 0),
  }
}

describe('the second provider of a list', () => {
  test('is asked after the first while nobody knows how large that is, and beside it afterwards', async () => {
    const [unknown, known] = [await ask(20), await ask(20)]
    expect(unknown).toMatchObject({ calls: [1, 1], isEarly: false })
    expect(known).toMatchObject({ calls: [1, 1], isEarly: true })
    expect(known.organizations).toEqual(unknown.organizations)
  })

  test.each([8, 12, 100])('is asked once, early, for a page of %i that has room for it', async first => {
    await ask(20)
    expect(await ask(first)).toMatchObject({ calls: [1, 1], isEarly: true })
  })

  test('is not asked early for a page that the first one fills, and not at all where it more than does', async () => {
    await ask(20)
    expect(await ask(7)).toMatchObject({ calls: [1, 1], isEarly: false })
    expect(await ask(6)).toMatchObject({ calls: [1, 0] })
  })

  test('is not asked early in the middle of the list', async () => {
    const { organizations } = await ask(3)
    await ask(20)
    const rest = await ask(20, organizations?.pageInfo.endCursor ?? null)
    expect(rest).toMatchObject({ calls: [1, 1], isEarly: false })
  })

  test('is not asked early once the first has grown beyond the page', async () => {
    await ask(8)
    const { organizations } = app.sandbox.data.workos
    const [one] = organizations
    if (one === undefined) throw new Error('no organization')
    organizations.unshift(
      { ...one, id: `${one.id.slice(0, -1)}Y` },
      { ...one, id: `${one.id.slice(0, -1)}Z` },
    )
    // That it has grown shows only now: what was asked early is thrown away.
    const { organizations: page, calls } = await ask(8)
    expect([page?.nodes.length, calls]).toEqual([8, [1, 1]])
    expect(await ask(8)).toMatchObject({ calls: [1, 0], isEarly: false })
  })

  test('that fails early is an error in its place, as it is late', async () => {
    const query = '{ organizations(first: 20) { nodes { id } } }'
    app.sandbox.inject({ provider: 'scalekit', path: /organizations/, kind: 'status', status: 501 })
    const late = await app.query(query)
    app.sandbox.clearFaults()
    await app.query(query)
    app.sandbox.inject({ provider: 'scalekit', path: /organizations/, kind: 'status', status: 501 })
    const again = await app.query(query)
    // Each request has an id of its own.
    const withoutIds = ({ data, errors }: typeof again) => ({
      data,
      errors: errors?.map(({ extensions, ...error }) => ({ ...error, ...extensions, requestId: null })),
    })
    expect(withoutIds(again)).toEqual(withoutIds(late))
  })
})
