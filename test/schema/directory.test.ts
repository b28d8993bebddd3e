import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directoryId, groupId, organizationId } from '../support/seeded-ids.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const ALL_FIELDS = `{
  id provider upstreamId name state upstreamState identityProvider protocol upstreamType enabled domain externalKey
  scimEndpoint stats { totalUsers activeUsers inactiveUsers totalGroups usersUpdatedAt groupsUpdatedAt } lastSyncedAt
  secrets { id suffix status createdAt expiresAt lastUsedAt } attributeMappings { key mapTo }
  roleAssignments { roleName groupUpstreamId group { id name totalUsers } }
  organization { id name } createdAt updatedAt
}`

describe('a directory', () => {
  test('of WorkOS has every field as WorkOS keeps it', async () => {
    const { known, workos } = app.sandbox.data
    const kestrel = workos.directories.find(({ id }) => id === known.workosMediumDirectoryId)
    const users = workos.rosters.get(known.workosMediumDirectoryId)?.users ?? []
    const active = users.filter(({ state }) => state === 'active').length
    const answer = await app.query(`query($id: ID!) { directory(by: { workosId: $id }) ${ALL_FIELDS} }`, {
      id: known.workosMediumDirectoryId,
    })
    expect(answer).toEqual({
      data: {
        directory: {
          id: directoryId(app.sandbox, known.workosMediumDirectoryId),
          provider: 'WORKOS',
          upstreamId: known.workosMediumDirectoryId,
          name: 'Kestrel Entra ID',
          state: 'ACTIVE',
          upstreamState: 'linked',
          identityProvider: 'ENTRA_ID',
          protocol: 'SCIM',
          upstreamType: 'azure scim v2.0',
          enabled: true,
          domain: 'kestrelfinch.example',
          externalKey: kestrel?.external_key,
          scimEndpoint: null,
          stats: {
            totalUsers: 120,
            activeUsers: active,
            inactiveUsers: 120 - active,
            totalGroups: 14,
            usersUpdatedAt: null,
            groupsUpdatedAt: null,
          },
          lastSyncedAt: null,
          secrets: [],
          attributeMappings: [],
          roleAssignments: [],
          organization: {
            id: organizationId('workos', known.workosTwoDirectoriesOrganizationId),
            name: 'Kestrel & Finch LLP',
          },
          createdAt: kestrel?.created_at,
          updatedAt: kestrel?.updated_at,
        },
      },
    })
  })

  test('of Scalekit has every field as Scalekit keeps it, its role’s group included', async () => {
    const { known, scalekit } = app.sandbox.data
    const vantage = scalekit.directories.find(({ id }) => id === known.scalekitLargeDirectoryId)
    const { groups = [] } = scalekit.rosters.get(known.scalekitLargeDirectoryId) ?? {}
    const [everyone] = groups
    const answer = await app.query(
      `query($key: ScalekitDirectoryKey!) { directory(by: { scalekit: $key }) ${ALL_FIELDS} }`,
      { key: { organizationId: known.scalekitOrganizationId, directoryId: known.scalekitLargeDirectoryId } },
    )
    expect(answer).toEqual({
      data: {
        directory: {
          id: directoryId(app.sandbox, known.scalekitLargeDirectoryId),
          provider: 'SCALEKIT',
          upstreamId: known.scalekitLargeDirectoryId,
          name: 'Vantage Okta',
          state: 'ACTIVE',
          upstreamState: 'COMPLETED',
          identityProvider: 'OKTA',
          protocol: 'SCIM',
          upstreamType: 'SCIM',
          enabled: true,
          domain: null,
          externalKey: null,
          scimEndpoint: vantage?.directory_endpoint,
          stats: {
            totalUsers: 412,
            activeUsers: null,
            inactiveUsers: null,
            totalGroups: 36,
            usersUpdatedAt: toMilliseconds(vantage?.stats?.user_updated_at),
            groupsUpdatedAt: toMilliseconds(vantage?.stats?.group_updated_at),
          },
          lastSyncedAt: toMilliseconds(vantage?.last_synced_at),
          secrets: vantage?.secrets.map((secret, index) => ({
            id: secret.id,
            suffix: secret.secret_suffix,
            status: index === 0 ? 'ACTIVE' : 'INACTIVE',
            createdAt: toMilliseconds(secret.create_time),
            expiresAt: index === 0 ? null : toMilliseconds(secret.expire_time),
            lastUsedAt: index === 0 ? toMilliseconds(secret.last_used_time) : null,
          })),
          attributeMappings: [
            { key: 'email', mapTo: 'emails[primary eq true].value' },
            { key: 'employee_id', mapTo: 'externalId' },
          ],
          roleAssignments: [
            {
              roleName: 'member',
              groupUpstreamId: everyone?.id,
              group: {
                id: groupId(app.sandbox, everyone?.id ?? ''),
                name: 'Everyone',
                totalUsers: everyone?.total_users,
              },
            },
          ],
          organization: {
            id: organizationId('scalekit', known.scalekitOrganizationId),
            name: 'Vantage Point Analytics',
          },
          createdAt: null,
          updatedAt: null,
        },
      },
    })
  })

  test('that was never synced, and has no name, is called after its identity provider', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      `query($unnamed: ID!, $disabled: ID!) {
        unnamed: directory(by: { id: $unnamed }) { name protocol scimEndpoint secrets { id } }
        disabled: directory(by: { id: $disabled }) { state enabled protocol identityProvider }
      }`,
      {
        unnamed: directoryId(app.sandbox, known.scalekitUnnamedDirectoryId),
        disabled: directoryId(app.sandbox, known.scalekitDisabledDirectoryId),
      },
    )
    expect(answer).toEqual({
      data: {
        unnamed: { name: 'Google Workspace', protocol: 'API', scimEndpoint: null, secrets: [] },
        disabled: { state: 'INACTIVE', enabled: false, protocol: 'LDAP', identityProvider: 'JUMPCLOUD' },
      },
    })
  })

  test.each([
    ['workosUnlinkedDirectoryId', 'INACTIVE', 'unlinked', 'SFTP', 'SFTP'],
    ['workosValidatingDirectoryId', 'VALIDATING', 'validating', 'BAMBOOHR', 'API'],
    ['workosInvalidCredentialsDirectoryId', 'INVALID_CREDENTIALS', 'invalid_credentials', 'OTHER', 'OTHER'],
    ['workosDeletingDirectoryId', 'DELETING', 'deleting', 'WORKDAY', 'API'],
  ] as const)('%s is %s', async (known, state, upstreamState, identityProvider, protocol) => {
    const answer = await app.query(
      'query($id: ID!) { directory(by: { workosId: $id }) { state upstreamState identityProvider protocol enabled } }',
      { id: app.sandbox.data.known[known] },
    )
    expect(answer).toEqual({
      data: { directory: { state, upstreamState, identityProvider, protocol, enabled: false } },
    })
  })

  test('is null under another organization’s name, at both providers', async () => {
    const { known } = app.sandbox.data
    const answer = await app.query(
      `query($workos: ID!, $scalekit: ScalekitDirectoryKey!) {
        own: directory(by: { workosId: "${known.workosMediumDirectoryId}" }) { name }
        workos: directory(by: { id: $workos }) { name }
        scalekit: directory(by: { scalekit: $scalekit }) { name }
        unknown: directory(by: { workosId: "directory_01UNKNOWN" }) { name }
      }`,
      {
        workos: Buffer.from(
          `Directory:workos:${known.workosOrganizationId}:${known.workosMediumDirectoryId}`,
        ).toString('base64url'),
        scalekit: {
          organizationId: known.scalekitEmptyOrganizationId,
          directoryId: known.scalekitLargeDirectoryId,
        },
      },
    )
    expect(answer).toEqual({
      data: { own: { name: 'Kestrel Entra ID' }, workos: null, scalekit: null, unknown: null },
    })
  })

  test('counts its users and groups where its provider keeps count', async () => {
    const { known } = app.sandbox.data
    const counts = '{ users { totalCount } groups { totalCount } }'
    const answer = await app.query(
      `query($counted: ID!, $uncounted: ID!, $scalekit: ID!) {
        counted: directory(by: { workosId: $counted }) ${counts}
        uncounted: directory(by: { workosId: $uncounted }) ${counts}
        scalekit: directory(by: { id: $scalekit }) ${counts}
      }`,
      {
        counted: known.workosLargeDirectoryId,
        uncounted: known.workosUncountedDirectoryId,
        scalekit: directoryId(app.sandbox, known.scalekitLargeDirectoryId),
      },
    )
    expect(answer).toEqual({
      data: {
        counted: { users: { totalCount: 2000 }, groups: { totalCount: 40 } },
        uncounted: { users: { totalCount: null }, groups: { totalCount: null } },
        scalekit: { users: { totalCount: 412 }, groups: { totalCount: 36 } },
      },
    })
  })
})

/** Times travel with milliseconds; Scalekit keeps them finer or coarser. */
function toMilliseconds(time: string | null | undefined): string | null {
  return time ? new Date(time).toISOString() : null
}
