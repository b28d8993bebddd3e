import { afterEach, beforeEach, expect, test } from 'vitest'
import { graphiqlTabs } from '../../src/server/graphiql-tabs.ts'
import { globalId, startApp, type TestApp } from '../support/start-app.ts'

interface Answers {
  Organizations: { organizations: { edges: { node: { provider: string; directories: Nodes<Listed> } }[] } }
  DirectoryUsers: {
    directory: { name: string; users: { edges: { cursor: string; node: { id: string } }[] } }
  }
  DirectoryHealth: {
    directories: Nodes<{ state: string; secrets: unknown[] }>
    providers: { provider: string; operations: string[] }[]
  }
  EnableScim: { enableScim: { __typename: string; message?: string; organization?: object } }
}
interface Nodes<Node> {
  nodes: Node[]
}
interface Listed {
  users: Nodes<object>
  groups: Nodes<object>
}

let app: TestApp
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

/** Runs a tab as it stands, or with some variables changed by hand. */
async function runTab<Name extends keyof Answers>(name: Name, changed: Record<string, unknown> = {}) {
  const tab = graphiqlTabs.find(({ query }) => new RegExp(`^(query|mutation) ${name}\\b`, 'm').test(query))
  if (tab === undefined) throw new Error(`no tab holds the operation ${name}`)
  const variables = { ...JSON.parse(tab.variables ?? '{}'), ...changed }
  const { data, errors } = await app.query<Answers[Name]>(tab.query, variables)
  expect(errors).toBeUndefined()
  return data as Answers[Name]
}

test('the first tab shows organizations of both providers, with people and groups in their directories', async () => {
  const { organizations } = await runTab('Organizations')
  const nodes = organizations.edges.map(({ node }) => node)
  const directories = nodes.flatMap(({ directories }) => directories.nodes)
  expect(nodes).toHaveLength(
    app.sandbox.data.workos.organizations.length + app.sandbox.data.scalekit.organizations.length,
  )
  expect(new Set(nodes.map(({ provider }) => provider))).toEqual(new Set(['WORKOS', 'SCALEKIT']))
  expect(directories.some(({ users }) => users.nodes.length > 0)).toBe(true)
  expect(directories.some(({ groups }) => groups.nodes.length > 0)).toBe(true)
})

test('the second tab turns the pages of a large directory as its comment says', async () => {
  const page = async (changed: Record<string, unknown>) => {
    const { directory } = await runTab('DirectoryUsers', changed)
    expect(directory.name).toBe('Halden Okta')
    const { edges } = directory.users
    return { ids: edges.map(({ node }) => node.id), start: edges[0]?.cursor, end: edges.at(-1)?.cursor }
  }
  const first = await page({})
  const second = await page({ after: first.end })
  const back = await page({ first: null, last: 10, before: second.start })
  const last = await page({ first: null, last: 10 })
  expect(back.ids).toEqual(first.ids)
  expect(new Set([...first.ids, ...second.ids, ...last.ids]).size).toBe(30)
})

test('the third tab shows directories of every state, their secrets, and what each provider can do', async () => {
  const { directories, providers } = await runTab('DirectoryHealth')
  expect(new Set(directories.nodes.map(({ state }) => state))).toEqual(
    new Set(['ACTIVE', 'INACTIVE', 'VALIDATING', 'INVALID_CREDENTIALS', 'DELETING']),
  )
  expect(directories.nodes.some(({ secrets }) => secrets.length > 0)).toBe(true)
  expect(providers.map(({ provider }) => provider)).toEqual(['WORKOS', 'SCALEKIT'])
})

test('the fourth tab turns SCIM on, and tells what to do instead for an organization of WorkOS', async () => {
  const { enableScim } = await runTab('EnableScim')
  expect(enableScim).toMatchObject({
    __typename: 'EnableScimPayload',
    organization: { name: 'Cedar Hollow Schools', scimEnabled: true },
  })

  const organization = globalId('Organization', 'workos', app.sandbox.data.known.workosOrganizationId)
  const refused = await runTab('EnableScim', { organization })
  expect(refused.enableScim.__typename).toBe('UnsupportedError')
  expect(refused.enableScim.message).toContain('createPortalLink')
})
