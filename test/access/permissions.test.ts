import { describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { inputFor, MUTATION_NAMES, MUTATIONS, type Mutation } from '../schema/mutate.ts'
import { ADMIN, callsOf, EVERY_PERMISSION, type GuardedApp, startGuardedApp } from './start-guarded-app.ts'
import { idsOf, meet, PROVIDERS } from './tenants.ts'

/** What each field of the query is asked with here; without one of them the first test fails. */
const READS: Readonly<Record<string, string>> = {
  node: 'node(id: $organization) { id }',
  nodes: 'nodes(ids: [$organization]) { id }',
  organization: 'organization(by: { id: $organization }) { id name }',
  organizations: 'organizations { nodes { name } }',
  directory: 'directory(by: { id: $directory }) { id name }',
  directories: 'directories { nodes { name } }',
  directoryUsersByEmail: 'directoryUsersByEmail(email: "somebody@example.com") { email }',
  providers: 'providers { provider }',
}

function mutate(name: Mutation, ids: { organization: string; directory: string }, payload = '') {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  return {
    query: `mutation($input: ${type}Input!) { result: ${name}(input: $input) {
      __typename ... on ForbiddenError { message } ... on ${type}Payload { clientMutationId ${payload} }
    } }`,
    variables: { input: inputFor(name, ids) },
  }
}

const permissionFor = (name: Mutation) =>
  name === 'createDirectorySecret' ? 'directories:secrets' : 'directories:write'
const allBut = (permission: string) => EVERY_PERMISSION.filter(one => one !== permission)

test('every field of the query is read', () => {
  expect(Object.keys(READS).sort()).toEqual(Object.keys(schema.getQueryType()?.getFields() ?? {}).sort())
})

describe('without directories:read', () => {
  test.for(Object.entries(READS))('%s is null and FORBIDDEN, and nobody is called', async ([name, field]) => {
    const { app, mine } = await meet('scalekit')
    const variables = { organization: idsOf(mine).Organization, directory: idsOf(mine).Directory }
    const declared = Object.keys(variables)
      .filter(variable => field.includes(`$${variable}`))
      .map(variable => `$${variable}: ID!`)
    const query = `query ${declared.length > 0 ? `(${declared})` : ''} { ${field} }`
    const caller = await app.as(mine.organization, allBut('directories:read'))
    const { status, text } = await app.post({ query, variables }, caller)
    const { data, errors } = JSON.parse(text)
    expect(status).toBe(200)
    expect(data?.[name] ?? null).toBeNull()
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'This needs the permission `directories:read`.',
        path: [name],
        extensions: { code: 'FORBIDDEN', requestId: 'test' },
      }),
    ])
    expect(app.sandbox.calls).toEqual([])
  })

  test('a mutation shows nothing of what it has changed but that it did', async () => {
    const { app, mine } = await meet('scalekit')
    const ids = { organization: idsOf(mine).Organization, directory: idsOf(mine).Directory }
    const caller = await app.as(mine.organization, allBut('directories:read'))
    const blind = await app.post(mutate('enableDirectory', ids), caller)
    expect(JSON.parse(blind.text).data.result.__typename).toBe('EnableDirectoryPayload')
    const PEOPLE = 'directory { organization { name directories { nodes { users { nodes { email } } } } } }'
    const { text } = await app.post(mutate('enableDirectory', ids, PEOPLE), caller)
    expect(JSON.parse(text).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(text).not.toContain('@')
    expect(text).not.toContain(mine.organizationName)
  })
})

describe.for(PROVIDERS)('at %s, without its permission', provider => {
  test.for(MUTATION_NAMES)('%s is a ForbiddenError, and nobody is called', async name => {
    const { app, mine } = await meet(provider)
    const ids = { organization: idsOf(mine).Organization, directory: idsOf(mine).Directory }
    const permission = permissionFor(name)
    for (const permissions of [allBut(permission), ['directories:read'], []]) {
      const { text } = await app.post(mutate(name, ids), await app.as(mine.organization, permissions))
      expect(JSON.parse(text)).toEqual({
        data: {
          result: { __typename: 'ForbiddenError', message: `This needs the permission \`${permission}\`.` },
        },
      })
    }
    expect(app.sandbox.calls).toEqual([])
  })
})

describe('with its permission', () => {
  const ORDER: readonly Mutation[] = [
    ...MUTATION_NAMES.filter(name => name !== 'deleteDirectory' && name !== 'enableDirectory'),
    'enableDirectory',
    'disableDirectory',
    'deleteDirectory',
  ]

  test('every mutation is carried out', async () => {
    const { app, mine } = await meet('scalekit')
    const ids = { organization: idsOf(mine).Organization, directory: idsOf(mine).Directory }
    for (const name of ORDER) {
      const caller = await app.as(mine.organization, [permissionFor(name)])
      const { text } = await app.post(mutate(name, ids), caller)
      expect(JSON.parse(text).data.result.__typename, name).toMatch(/Payload$/)
    }
  })

  test('the admin may do all, everywhere', async () => {
    const { app, theirs } = await meet('scalekit')
    const ids = { organization: idsOf(theirs).Organization, directory: idsOf(theirs).Directory }
    for (const name of ORDER) {
      const { text } = await app.post(mutate(name, ids, MUTATIONS[name].payload), ADMIN)
      expect(JSON.parse(text).data.result.__typename, name).toMatch(/Payload$/)
    }
  })
})

describe('permissions come from a token', () => {
  const QUERY = { query: '{ organizations { nodes { upstreamId } } }' }

  async function sees(app: GuardedApp, claims: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { workosOrganizationId: org_id, scalekitOrganizationId: oid } = app.sandbox.data.known
    const token = await app.issuer.sign({ org_id, oid, ...claims })
    const { status, text } = await app.post(QUERY, { authorization: `Bearer ${token}` })
    expect(status).toBe(200)
    const { data, errors } = JSON.parse(text)
    if (!data.organizations) expect(errors[0].extensions.code).toBe('FORBIDDEN')
    return data.organizations?.nodes.length === 1
  }

  test('of WorkOS: its permissions, its role and its roles', async () => {
    const userTokens = {
      permissions: { viewer: ['directories:read'], 'people.view': ['directories:read'] } as const,
    }
    const app = await startGuardedApp({ userTokens })
    expect(await sees(app, { permissions: ['directories:read'] })).toBe(true)
    expect(await sees(app, { permissions: ['people.view'] })).toBe(true)
    expect(await sees(app, { role: 'viewer' })).toBe(true)
    expect(await sees(app, { roles: ['member', 'viewer'] })).toBe(true)
    expect(await sees(app, { role: 'member', roles: ['member'], permissions: ['posts:read'] })).toBe(false)
    expect(await sees(app, {})).toBe(false)
    expect(callsOf(app)).toHaveLength(4)
  })

  test('of Scalekit: its permissions and its roles', async () => {
    const userTokens = { permissions: { viewer: ['directories:read'] } as const }
    const app = await startGuardedApp({ provider: 'scalekit', userTokens })
    expect(await sees(app, { permissions: ['directories:read'] })).toBe(true)
    expect(await sees(app, { roles: ['viewer'] })).toBe(true)
    expect(await sees(app, { roles: ['project_manager'] })).toBe(false)
  })

  test('and from no other claim, and from no text that only holds the word', async () => {
    const app = await startGuardedApp()
    expect(await sees(app, { scope: 'directories:read', scopes: ['directories:read'] })).toBe(false)
    expect(await sees(app, { permissions: 'directories:read directories:write' })).toBe(false)
    expect(await sees(app, { permissions: [['directories:read']] })).toBe(false)
    expect(await sees(app, { permissions: { 'directories:read': true } })).toBe(false)
    expect(await sees(app, { permissions: ['Directories:Read'] })).toBe(false)
    expect(await sees(app, { permissions: ['constructor', '__proto__', 'toString'] })).toBe(false)
  })
})
