import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ALL_FIELDS = `{
  id provider upstreamId name externalId domains { domain state } metadata scimEnabled
  features { name enabled } createdAt updatedAt
}`

interface Names {
  readonly organizations: { readonly nodes: { readonly name: string; readonly provider: string }[] } | null
}

describe('an organization', () => {
  test('of WorkOS has every field as WorkOS keeps it', async () => {
    const { known, workos } = app.sandbox.data
    const halden = workos.organizations.find(({ id }) => id === known.workosOrganizationId)
    const answer = await app.query(`query($id: ID!) { organization(by: { workosId: $id }) ${ALL_FIELDS} }`, {
      id: known.workosOrganizationId,
    })
    expect(answer).toEqual({
      data: {
        organization: {
          id: organizationId('workos', known.workosOrganizationId),
          provider: 'WORKOS',
          upstreamId: known.workosOrganizationId,
          name: 'Halden Robotics',
          externalId: 'crm-1001',
          domains: [
            { domain: 'haldenrobotics.example', state: 'verified' },
            { domain: 'halden.example', state: 'pending' },
          ],
          metadata: { tier: 'enterprise', region: 'eu-north', 'account owner': 'Ingrid' },
          scimEnabled: null,
          features: [],
          createdAt: halden?.created_at,
          updatedAt: halden?.updated_at,
        },
      },
    })
  })

  test('of Scalekit has every field as Scalekit keeps it', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      `query($id: ID!) { organization(by: { scalekitId: $id }) ${ALL_FIELDS} }`,
      { id: known.scalekitTwoDirectoriesOrganizationId },
    )
    expect(answer).toEqual({
      data: {
        organization: {
          id: organizationId('scalekit', known.scalekitTwoDirectoriesOrganizationId),
          provider: 'SCALEKIT',
          upstreamId: known.scalekitTwoDirectoriesOrganizationId,
          name: 'Farrow & Lindqvist',
          externalId: 'acct_20981',
          domains: [],
          metadata: { plan: 'enterprise', csm: 'Maja' },
          scimEnabled: true,
          features: [
            { name: 'sso', enabled: true },
            { name: 'dir_sync', enabled: true },
          ],
          createdAt: '2025-03-04T12:09:41.118Z',
          updatedAt: '2025-03-04T12:09:41.118Z',
        },
      },
    })
  })

  test('of Scalekit has SCIM off where the switch is off, and where nothing was ever set', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      `query($off: ID!, $unset: ID!) {
        off: organization(by: { scalekitId: $off }) { scimEnabled }
        unset: organization(by: { scalekitId: $unset }) { scimEnabled features { name } externalId }
      }`,
      { off: known.scalekitScimOffOrganizationId, unset: known.scalekitEmptyOrganizationId },
    )
    expect(answer).toEqual({
      data: { off: { scimEnabled: false }, unset: { scimEnabled: false, features: [], externalId: null } },
    })
  })

  test('is found by its global id, and is null for an id that nobody knows', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      `query($id: ID!, $unknown: ID!) {
        known: organization(by: { id: $id }) { name }
        unknown: organization(by: { id: $unknown }) { name }
        unknownToWorkos: organization(by: { workosId: "org_01UNKNOWN" }) { name }
        unknownToScalekit: organization(by: { scalekitId: "org_404" }) { name }
      }`,
      {
        id: organizationId('scalekit', known.scalekitOrganizationId),
        unknown: organizationId('workos', 'org_01UNKNOWN'),
      },
    )
    expect(answer).toEqual({
      data: {
        known: { name: 'Vantage Point Analytics' },
        unknown: null,
        unknownToWorkos: null,
        unknownToScalekit: null,
      },
    })
  })

  test.each([['{ }'], ['{ workosId: "org_1", scalekitId: "org_1" }'], ['{ workosId: null }']])(
    'is not looked up by %s, which is not one way to name it',
    async by => {
      const { data, errors } = await app.query(`{ organization(by: ${by}) { name } }`)
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    },
  )

  test('lists its directories, in pages', async () => {
    const { known } = app.sandbox.data
    const page = `query($id: ID!, $after: String) {
      organization(by: { id: $id }) {
        directories(first: 1, after: $after) {
          edges { cursor node { name } } nodes { name } totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }`
    interface Page {
      organization: { directories: { pageInfo: { endCursor: string } } }
    }
    const id = organizationId('scalekit', known.scalekitTwoDirectoriesOrganizationId)
    const first = await app.query<Page>(page, { id, after: null })
    const { endCursor } = first.data?.organization.directories.pageInfo ?? { endCursor: '' }
    const second = await app.query(page, { id, after: endCursor })
    const connection = (name: string, hasNextPage: boolean) => ({
      edges: [{ cursor: expect.any(String), node: { name } }],
      nodes: [{ name }],
      totalCount: 2,
      pageInfo: {
        hasNextPage,
        hasPreviousPage: !hasNextPage,
        startCursor: expect.any(String),
        endCursor: expect.any(String),
      },
    })
    expect(first).toEqual({
      data: { organization: { directories: connection('Farrow JumpCloud (old)', true) } },
    })
    expect(second).toEqual({ data: { organization: { directories: connection('Farrow Entra ID', false) } } })
  })

  test('without directories has an empty page of them', async () => {
    const { known } = app.sandbox.data
    const directories = '{ directories { nodes { name } pageInfo { hasNextPage startCursor endCursor } } }'
    const answer = await app.query(
      `query($workos: ID!, $scalekit: ID!) {
        workos: organization(by: { workosId: $workos }) ${directories}
        scalekit: organization(by: { scalekitId: $scalekit }) ${directories}
      }`,
      { workos: known.workosEmptyOrganizationId, scalekit: known.scalekitEmptyOrganizationId },
    )
    const empty = {
      directories: { nodes: [], pageInfo: { hasNextPage: false, startCursor: null, endCursor: null } },
    }
    expect(answer).toEqual({ data: { workos: empty, scalekit: empty } })
  })
})

describe('organizations', () => {
  test('are those of WorkOS, newest first, then those of Scalekit in its order', async () => {
    const { workos, scalekit } = app.sandbox.data
    const { data } = await app.query<Names>('{ organizations { nodes { name provider } } }')
    expect(data?.organizations?.nodes).toEqual([
      ...workos.organizations.toReversed().map(({ name }) => ({ name, provider: 'WORKOS' })),
      ...scalekit.organizations.map(({ display_name }) => ({ name: display_name, provider: 'SCALEKIT' })),
    ])
  })

  test.each([
    ['{ provider: SCALEKIT, search: "farrow" }', ['Farrow & Lindqvist']],
    ['{ provider: WORKOS, search: "tan" }', ['Tannery Lane Apparel', 'Tanaka Seiki 田中精機']],
    ['{ search: "street" }', ['Orchard Street Bakery']],
    ['{ externalId: "crm-1001" }', ['Halden Robotics']],
    ['{ externalId: "crm/3310:eu" }', ['Tannery Lane Apparel']],
    ['{ externalId: "acct_10007" }', ['Vantage Point Analytics']],
    ['{ externalId: "acct_10007", search: "vantage" }', ['Vantage Point Analytics']],
    ['{ externalId: "acct_10007", search: "halden" }', []],
    ['{ externalId: "crm-1001", provider: SCALEKIT }', []],
    ['{ externalId: "", search: "", provider: SCALEKIT }', 5],
  ])('are narrowed by %s', async (filter, expected) => {
    const { data, errors } = await app.query<Names>(
      `{ organizations(filter: ${filter}) { nodes { name provider } } }`,
    )
    expect(errors).toBeUndefined()
    const names = data?.organizations?.nodes.map(({ name }) => name)
    expect(typeof expected === 'number' ? names?.length : names).toEqual(expected)
  })

  test('are counted where their provider counts them, and not guessed where it does not', async () => {
    const answer = await app.query(`{
      scalekit: organizations(filter: { provider: SCALEKIT }) { totalCount }
      workos: organizations(filter: { provider: WORKOS }) { totalCount }
      both: organizations { totalCount }
    }`)
    expect(answer).toEqual({
      data: { scalekit: { totalCount: 5 }, workos: { totalCount: null }, both: { totalCount: null } },
    })
  })

  test('of both providers take a search too short for Scalekit as an error of its part only', async () => {
    const { data, errors } = await app.query<Names>(
      '{ organizations(filter: { search: "ta" }) { nodes { name } } }',
    )
    expect(data?.organizations?.nodes).toEqual([
      { name: 'Tannery Lane Apparel' },
      { name: 'Tanaka Seiki 田中精機' },
      null,
    ])
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', provider: 'SCALEKIT' } }])
  })
})
