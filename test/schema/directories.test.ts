import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('directories', () => {
  interface Names {
    readonly directories: { readonly nodes: readonly { readonly name: string }[] } | null
  }

  test('are those of WorkOS, newest first, then those of Scalekit’s organizations in their order', async () => {
    const { data } = await app.query<Names>('{ directories(first: 100) { nodes { name } } }')
    expect(data?.directories?.nodes.map(({ name }) => name)).toEqual([
      ...app.sandbox.data.workos.directories.toReversed().map(({ name }) => name),
      'Cedar Hollow OneLogin',
      'Google Workspace',
      'Farrow JumpCloud (old)',
      'Farrow Entra ID',
      'Vantage Okta',
    ])
  })

  test.each([
    ['{ search: "okta" }', ['Halden Okta', 'Vantage Okta']],
    ['{ search: "okta", provider: SCALEKIT }', ['Vantage Okta']],
    ['{ organizationId: $workos }', ['Kestrel HR export', 'Kestrel Entra ID']],
    ['{ organizationId: $workos, search: "entra" }', ['Kestrel Entra ID']],
    ['{ organizationId: $scalekit, provider: SCALEKIT }', ['Farrow JumpCloud (old)', 'Farrow Entra ID']],
    ['{ organizationId: $workos, provider: SCALEKIT }', []],
  ])('are narrowed by %s', async (filter, expected) => {
    const { known } = app.sandbox.data
    const variables = {
      workos: organizationId('workos', known.workosTwoDirectoriesOrganizationId),
      scalekit: organizationId('scalekit', known.scalekitTwoDirectoriesOrganizationId),
    }
    const used = Object.keys(variables).filter(name => filter.includes(`$${name}`))
    const { data, errors } = await app.query<Names>(
      `query${used.length > 0 ? `(${used.map(name => `$${name}: ID!`)})` : ''} {
        directories(filter: ${filter}) { nodes { name } }
      }`,
      variables,
    )
    expect(errors).toBeUndefined()
    expect(data?.directories?.nodes.map(({ name }) => name)).toEqual(expected)
  })
})
