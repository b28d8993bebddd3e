import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const QUERIES = {
  'filter.search of directories':
    'query($text: String!) { directories(filter: { search: $text }) { nodes { id } } }',
  'filter.search of organizations':
    'query($text: String!) { organizations(filter: { search: $text }) { nodes { id } } }',
  'filter.externalId of organizations':
    'query($text: String!) { organizations(filter: { externalId: $text }) { nodes { id } } }',
  'filter.email of users':
    'query($text: String!, $id: ID!) { directory(by: { id: $id }) { users(filter: { email: $text }) { nodes { id } } } }',
}

describe.each(Object.entries(QUERIES))('%s', (field, query) => {
  test.each([
    ['is too long', 'x'.repeat(321)],
    ['has a control character in it', 'a\u0000b'],
    ['has half a character in it', 'a\ud800b'],
  ])('that %s is refused, and no provider hears of it', async (_what, text) => {
    const id = directoryId(app.sandbox, app.sandbox.data.known.workosSmallDirectoryId)
    const { errors } = await app.query(query, { text, ...(query.includes('$id') && { id }) })
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
    expect(errors?.[0]?.message).toContain(field.split(' ')[0])
    const heard = app.sandbox.calls.filter(({ path }) => !/directories\/[^/]+$/.test(path))
    expect(heard).toEqual([])
  })
})
