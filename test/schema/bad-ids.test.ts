import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { directoryId } from '../support/seeded-ids.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.sandbox.clearCalls())
afterAll(() => app.stop())

const encode = (text: string) => Buffer.from(text).toString('base64url')
const TEN_KILOBYTES = 'a'.repeat(10_240)

/** Global ids that this API never gave out. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['rubbish', 'rubbish'],
  ['what is no base64', '%%%'],
  ['an upstream id', 'org_01GPZBVZ003BR1W8V87YCJSQJ2'],
  ['no key', encode('Organization:')],
  ['an unknown kind', encode('Company:workos:org_1')],
  ['an unknown provider', encode('Organization:nimbus:org_1')],
  ['too short a key', encode('Directory:workos:org_1')],
  ['too long a key', encode('Organization:workos:org_1:directory_1')],
  ['any organization', encode('Directory:workos:*:directory_1')],
  ['no organization', encode('Organization:workos:-')],
  ['another prefix', encode('Organization:workos:directory_1')],
  ['another prefix at Scalekit', encode('Directory:scalekit:org_1:directory_1')],
  ['a foreign organization’s prefix', encode('Directory:scalekit:acct_1:dir_1')],
  ['dots', encode('Organization:workos:..')],
  ['a path', encode('Directory:workos:org_1:../../organizations')],
  ['an encoded path', encode('Directory:scalekit:org_1:%2e%2e')],
  ['a query', encode('Organization:scalekit:org_1?page_size=1')],
  ['a URL', encode('Organization:workos:http://h')],
  ['backslashes', encode('Organization:workos:\\\\h')],
  ['NUL', encode('Organization:workos:org_\0')],
  ['a line break', encode('Organization:workos:org_1\n')],
  ['another script', encode('Organization:workos:org_田中')],
  ['10 KB', TEN_KILOBYTES],
  ['10 KB of a key', encode(`Organization:workos:org_${TEN_KILOBYTES}`)],
  ['10 KB in pieces', encode(`Directory:workos:${'org_1:'.repeat(2_000)}`)],
]

/** The same as a provider's own id, where one is asked for. */
const MALFORMED_UPSTREAM: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['dots', '..'],
  ['a path', 'a/../b'],
  ['an encoded path', '%2e%2e'],
  ['a query', 'org_1?x'],
  ['a URL', 'http://h'],
  ['backslashes', '\\\\h'],
  ['NUL', 'org_\0'],
  ['two ids', 'org_1:org_2'],
  ['any organization', '*:org_01GPZBVZ003BR1W8V87YCJSQJ2'],
  ['another prefix', 'acct_1'],
  ['10 KB', `org_${TEN_KILOBYTES}`],
]

describe('a global id', () => {
  test.each(MALFORMED)(
    'that holds %s is BAD_USER_INPUT wherever it is given, without a call',
    async (_what, id) => {
      const { data, errors } = await app.query(
        `query($id: ID!) {
        node(id: $id) { id }
        nodes(ids: [$id, $id]) { id }
        organization(by: { id: $id }) { name }
        directory(by: { id: $id }) { name }
        directories(filter: { organizationId: $id }) { nodes { name } }
      }`,
        { id },
      )
      expect(data).toEqual({
        node: null,
        nodes: [null, null],
        organization: null,
        directory: null,
        directories: null,
      })
      expect(errors).toHaveLength(6)
      expect(new Set(errors?.map(({ extensions }) => extensions?.code))).toEqual(new Set(['BAD_USER_INPUT']))
      expect(JSON.stringify(errors)).not.toContain(TEN_KILOBYTES)
      expect(app.sandbox.calls).toEqual([])
    },
  )

  test.each(MALFORMED)('that holds %s is BAD_USER_INPUT as a filter of users', async (_what, id) => {
    const { workosMediumDirectoryId: upstreamId } = app.sandbox.data.known
    const { data, errors } = await app.query(
      `query($directory: ID!, $id: ID!) {
        directory(by: { workosId: $directory }) { name users(filter: { groupId: $id }) { nodes { id } } }
      }`,
      { directory: upstreamId, id },
    )
    expect(data).toEqual({ directory: { name: 'Kestrel Entra ID', users: null } })
    expect(errors).toMatchObject([{ path: ['directory', 'users'], extensions: { code: 'BAD_USER_INPUT' } }])
    expect(app.sandbox.calls.map(({ path }) => path)).toEqual([`/directories/${upstreamId}`])
  })

  test('of another type is BAD_USER_INPUT', async () => {
    const directory = directoryId(app.sandbox, app.sandbox.data.known.workosSmallDirectoryId)
    const organization = globalId('Organization', 'workos', app.sandbox.data.known.workosOrganizationId)
    const { errors } = await app.query(
      `query($directory: ID!, $organization: ID!) {
        organization(by: { id: $directory }) { name }
        directory(by: { id: $organization }) { name }
        directories(filter: { organizationId: $directory }) { nodes { name } }
      }`,
      { directory, organization },
    )
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(Array(3).fill('BAD_USER_INPUT'))
    expect(app.sandbox.calls).toEqual([])
  })
})

describe('a provider’s id', () => {
  test.each(MALFORMED_UPSTREAM)('that holds %s is BAD_USER_INPUT, without a call', async (_what, id) => {
    const { data, errors } = await app.query(
      `query($id: ID!) {
        workos: organization(by: { workosId: $id }) { name }
        scalekit: organization(by: { scalekitId: $id }) { name }
        directory(by: { workosId: $id }) { name }
        ofOrganization: directory(by: { scalekit: { organizationId: $id, directoryId: "dir_1" } }) { name }
        inOrganization: directory(by: { scalekit: { organizationId: "org_1", directoryId: $id } }) { name }
      }`,
      { id },
    )
    expect(data).toEqual({
      workos: null,
      scalekit: null,
      directory: null,
      ofOrganization: null,
      inOrganization: null,
    })
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(Array(5).fill('BAD_USER_INPUT'))
    expect(app.sandbox.calls).toEqual([])
  })
})

describe('an e-mail address', () => {
  test.each([
    ['nothing', ''],
    ['no @', 'priya.raman'],
    ['white space', 'priya raman@fieldwork.example'],
    ['10 KB', `${TEN_KILOBYTES}@fieldwork.example`],
  ])('that is %s is BAD_USER_INPUT, without a call', async (_what, email) => {
    const { data, errors } = await app.query(
      'query($email: String!) { directoryUsersByEmail(email: $email) { id } }',
      { email },
    )
    expect(data).toEqual({ directoryUsersByEmail: [null] })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(app.sandbox.calls).toEqual([])
  })
})
