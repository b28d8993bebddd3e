import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { type Calls, countOf } from './count-calls.ts'

const WORKOS_USERS = { 'workos GET /directory_users': 1 }
const SCALEKIT_USERS = { 'scalekit GET /organizations/{id}/directories/{id}/users': 1 }

let app: TestApp
beforeAll(async () => {
  app = await startApp({ scale: { users: 100_000 }, dirgraph: { cacheTtlSeconds: 30 } })
})
afterAll(() => app.stop())

interface Answer {
  directory: {
    users: { nodes: unknown[]; pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean } }
  }
}

describe('a page of a directory of 100,000 users is one call, and none while the answer is fresh:', () => {
  test('at WorkOS the first, those in the middle, forward and backward, and the last', async () => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosScaleDirectoryId ?? '')
    const first = await pageOf(id, { first: 100 }, WORKOS_USERS)
    const second = await pageOf(id, { first: 100, after: first.endCursor }, WORKOS_USERS)
    await pageOf(id, { first: 100, after: second.endCursor }, WORKOS_USERS)
    const last = await pageOf(id, { last: 100 }, WORKOS_USERS)
    expect(last.hasNextPage).toBe(false)
    await pageOf(id, { last: 100, before: last.startCursor }, WORKOS_USERS)
  })

  test('at Scalekit the first, and those in the middle, forward and backward', async () => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.scalekitScaleDirectoryId ?? '')
    const first = await pageOf(id, { first: 30 }, SCALEKIT_USERS)
    const second = await pageOf(id, { first: 30, after: first.endCursor }, SCALEKIT_USERS)
    const third = await pageOf(id, { first: 30, after: second.endCursor }, SCALEKIT_USERS)
    // Other sizes are other pages; what lies before the third by the same size is the second, which is kept.
    await pageOf(id, { last: 30, before: third.startCursor }, {})
    await pageOf(id, { first: 10 }, SCALEKIT_USERS)
  })

  test('at Scalekit the last, which only a walk leads to', async () => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.scalekitMediumDirectoryId)
    let page = await pageOf(id, { first: 30 }, SCALEKIT_USERS)
    while (page.hasNextPage) page = await pageOf(id, { first: 30, after: page.endCursor }, SCALEKIT_USERS)
  })
})

/** The page, for which those calls are made the first time and none the second. */
async function pageOf(id: string, page: Record<string, unknown>, expected: Calls) {
  const query = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    directory(by: { id: $id }) { id users(first: $first, after: $after, last: $last, before: $before) {
      nodes { id name } pageInfo { startCursor endCursor hasNextPage } } } }`
  let pageInfo: Answer['directory']['users']['pageInfo'] | undefined
  for (const calls of [expected, {}]) {
    app.sandbox.clearCalls()
    const { data, errors } = await app.query<Answer>(query, { id, ...page })
    expect(errors).toBeUndefined()
    expect(data?.directory.users.nodes).not.toEqual([])
    expect(countOf(app.sandbox.calls).calls).toEqual(calls)
    pageInfo = data?.directory.users.pageInfo
  }
  if (pageInfo === undefined) throw new Error('the directory was not answered')
  return pageInfo
}
