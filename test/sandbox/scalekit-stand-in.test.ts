import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestScalekit } from './sandbox-requests.ts'

interface Refused {
  code: number
  message: string
  details: {
    error_code: string
    validation_error_info?: { field_violations: { field: string; constraint: string }[] }
  }[]
}

interface Users {
  users: { id: string; emails: string[]; groups: Record<string, unknown>[]; user_detail: object | null }[]
  next_page_token: string
  prev_page_token: string
  total_size: number
}

let sandbox: Sandbox
let large: string
let medium: string
let disabled: string

beforeEach(async () => {
  sandbox = await startSandbox()
  const { known } = sandbox.data
  large = `/api/v1/organizations/${known.scalekitOrganizationId}/directories/${known.scalekitLargeDirectoryId}`
  const directories = `/api/v1/organizations/${known.scalekitTwoDirectoriesOrganizationId}/directories`
  medium = `${directories}/${known.scalekitMediumDirectoryId}`
  disabled = `${directories}/${known.scalekitDisabledDirectoryId}`
})

afterEach(() => sandbox.stop())

function rosterOf(directoryId: string) {
  const roster = sandbox.data.scalekit.rosters.get(directoryId)
  if (!roster) throw new Error('no such directory')
  return roster
}

async function expectRefusal(path: string, status: number, code: number, options = {}): Promise<Refused> {
  const answer = await requestScalekit<Refused>(sandbox, path, options)
  expect([answer.status, answer.body.code], answer.text).toEqual([status, code])
  return answer.body
}

async function expectViolation(path: string, field: string, options = {}): Promise<void> {
  const { details } = await expectRefusal(path, 400, 3, options)
  expect(details[0]?.error_code).toBe('INVALID_ARGUMENT')
  expect(details[0]?.validation_error_info?.field_violations[0]?.field).toBe(field)
}

async function get<Body>(path: string): Promise<Body> {
  const answer = await requestScalekit<Body>(sandbox, path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

describe('the Scalekit stand-in', () => {
  test('writes a trace id on answers and refusals alike', async () => {
    const trace = /^[0-9a-f]{32}$/
    expect((await requestScalekit(sandbox, large)).headers.get('x-trace-id')).toMatch(trace)
    expect((await requestScalekit(sandbox, '/nowhere')).headers.get('x-trace-id')).toMatch(trace)
  })

  test('knows an unknown path from a wrong method', async () => {
    await expectRefusal('/api/v2/organizations', 404, 5)
    await expectRefusal(large, 501, 12, { method: 'PUT' })
    await expectRefusal(`${large}:enable`, 501, 12, { method: 'POST' })
  })

  test('does not find a directory under another organization', async () => {
    const { scalekitEmptyOrganizationId: other, scalekitLargeDirectoryId: id } = sandbox.data.known
    await expectRefusal(`/api/v1/organizations/${other}/directories/${id}`, 404, 5)
    await expectRefusal(`/api/v1/organizations/${other}/directories/${id}/users`, 404, 5)
  })

  test('checks the form of ids where the requests have a rule for it', async () => {
    await expectRefusal('/api/v1/organizations/bogus', 404, 5)
    await expectViolation('/api/v1/organizations/bogus/directories', 'id')
    await expectViolation(`/api/v1/organizations/org_${'1'.repeat(40)}`, 'id')
    await expectRefusal(large.replace('dir_', 'x_'), 404, 5)
    await expectViolation(`${large.replace('dir_', 'x_')}/users`, 'id')
  })

  test('fills groups, e-mails and the raw payload only for include_detail', async () => {
    const { known } = sandbox.data
    const find = ({ users }: Users) => users.find(({ id }) => id === known.scalekitUserWithGroupsId)
    const plain = find(await get<Users>(`${medium}/users?page_size=30`))
    expect(plain).toMatchObject({ emails: [], groups: [], user_detail: null })
    const detailed = find(await get<Users>(`${medium}/users?page_size=30&include_detail=true`))
    expect(detailed?.emails).toHaveLength(1)
    expect(detailed?.user_detail).toHaveProperty('schemas')
    const expected = rosterOf(known.scalekitMediumDirectoryId).groupIdsByUser.get(
      known.scalekitUserWithGroupsId,
    )
    expect(new Set(detailed?.groups.map(({ id }) => id))).toEqual(expected)
    expect(detailed?.groups[0]).toMatchObject({ total_users: 0, updated_at: null, group_detail: null })
    expect(detailed?.groups[0]?.display_name).not.toBe('')
  })

  test('filters users by group and counts as the group does', async () => {
    const groupId = sandbox.data.known.scalekitLargeGroupId
    const { total_size } = await get<Users>(`${large}/users?directory_group_id=${groupId}`)
    const { groups } = await get<{ groups: { id: string; total_users: number }[] }>(`${large}/groups/summary`)
    expect(groups).toHaveLength(36)
    expect(total_size).toBeGreaterThan(30)
    expect(groups.find(({ id }) => id === groupId)?.total_users).toBe(total_size)
    await expectViolation(`${large}/users?directory_group_id=Everyone`, 'directory_group_id')
  })

  test('finds organizations by external id, in three ways that differ', async () => {
    const { scalekitOrganizationExternalId: externalId, scalekitOrganizationId: id } = sandbox.data.known
    const path = `/api/v1/organizations:external/${externalId}`
    expect((await get<{ organization: { id: string } }>(path)).organization.id).toBe(id)
    await expectRefusal(`${path}?id=${id}`, 400, 3)
    await expectRefusal('/api/v1/organizations:external/nobody', 404, 5)
    const list = await get<{ organizations: { id: string }[] }>(
      `/api/v1/organizations?external_id=${externalId}`,
    )
    expect(list.organizations.map(organization => organization.id)).toEqual([id])
  })

  test('searches organizations by 3 to 100 characters', async () => {
    const found = await get<{ organizations: { id: string }[] }>('/api/v1/organizations:search?query=vantage')
    expect(found.organizations.map(({ id }) => id)).toEqual([sandbox.data.known.scalekitOrganizationId])
    await expectViolation('/api/v1/organizations:search?query=va', 'query')
    await expectViolation(`/api/v1/organizations:search?query=${'v'.repeat(101)}`, 'query')
  })

  test('takes settings bare, by known names, and merges them', async () => {
    const path = `/api/v1/organizations/${sandbox.data.known.scalekitScimOffOrganizationId}`
    const patch = (body: unknown) => ({ method: 'PATCH', body: JSON.stringify(body) })
    const features = [{ name: 'dir_sync', enabled: true }]
    await expectViolation(`${path}/settings`, 'settings.features', patch({ settings: { features } }))
    const wrongName = patch({ features: [{ name: 'scim', enabled: true }] })
    await expectViolation(`${path}/settings`, 'settings.features.name', wrongName)
    await expectRefusal(`${path}/settings`, 400, 3, { method: 'PATCH', body: '{"features":' })
    const before = await get<{ organization: { settings: unknown } }>(path)
    expect(before.organization.settings).toEqual({
      features: [
        { name: 'dir_sync', enabled: false },
        { name: 'sso', enabled: true },
      ],
    })
    const changed = await requestScalekit<typeof before>(sandbox, `${path}/settings`, patch({ features }))
    const expected = { features: [{ name: 'sso', enabled: true }, ...features] }
    expect(changed.body.organization.settings).toEqual(expected)
    expect((await get<typeof before>(path)).organization.settings).toEqual(expected)
  })

  test('makes a portal link that can be taken back', async () => {
    const path = `/api/v1/organizations/${sandbox.data.known.scalekitOrganizationId}/portal_links`
    const made = await requestScalekit<{ link: { id: string; location: string; expire_time: string } }>(
      sandbox,
      `${path}?features=dir_sync&features=sso`,
      { method: 'PUT' },
    )
    expect(made.body.link.id).toMatch(/^lnk_\d+$/)
    const lifetimeMs = Date.parse(made.body.link.expire_time) - Date.now()
    expect(lifetimeMs).toBeGreaterThan(50_000)
    expect(lifetimeMs).toBeLessThanOrEqual(60_000)
    await expectViolation(`${path}?features=scim`, 'features', { method: 'PUT' })
    const taken = await requestScalekit(sandbox, `${path}/${made.body.link.id}`, { method: 'DELETE' })
    expect(taken.status).toBe(200)
    await expectRefusal(`${path}/${made.body.link.id}`, 404, 5, { method: 'DELETE' })
  })

  test('toggles a directory, and says so when there is nothing to toggle', async () => {
    const enable = () => requestScalekit(sandbox, `${disabled}:enable`, { method: 'PATCH' })
    expect(await enable()).toMatchObject({ status: 200, body: { enabled: true } })
    expect(await get(disabled)).toMatchObject({ directory: { enabled: true } })
    const again = await enable()
    expect([again.status, again.body]).toEqual([
      200,
      { enabled: true, error_message: 'the directory is already enabled' },
    ])
    const off = await requestScalekit(sandbox, `${disabled}:disable`, { method: 'PATCH' })
    expect(off.body).toEqual({ enabled: false })
    expect(await get(disabled)).toMatchObject({ directory: { enabled: false } })
  })

  test('deletes a directory only once it is disabled', async () => {
    const { message } = await expectRefusal(medium, 400, 9, { method: 'DELETE' })
    expect(message).toContain('directory is enabled')
    await get(medium)
    await requestScalekit(sandbox, `${medium}:disable`, { method: 'PATCH' })
    const deleted = await requestScalekit(sandbox, medium, { method: 'DELETE' })
    expect([deleted.status, deleted.body]).toEqual([200, {}])
    await expectRefusal(medium, 404, 5)
    await expectRefusal(`${medium}/users`, 404, 5)
  })

  test('creates a directory that is enabled and empty, and changes it', async () => {
    const list = `/api/v1/organizations/${sandbox.data.known.scalekitEmptyOrganizationId}/directories`
    const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) })
    await expectViolation(list, 'directory.directory_type', post({ directory_provider: 'OKTA' }))
    await expectViolation(list, 'directory.directory_type', post({ directory_type: 'XML' }))
    const made = await requestScalekit<{ directory: { id: string } }>(
      sandbox,
      list,
      post({ directory_type: 'SCIM', directory_provider: 'OKTA' }),
    )
    expect(made.body.directory).toMatchObject({
      enabled: true,
      name: '',
      last_synced_at: '0001-01-01T00:00:00Z',
    })
    const path = `${list}/${made.body.directory.id}`
    expect(await get(`${path}/users`)).toMatchObject({ users: [], total_size: 0, next_page_token: '' })
    await requestScalekit(sandbox, path, { method: 'PATCH', body: JSON.stringify({ name: 'Pinwheel Okta' }) })
    expect(await get(list)).toMatchObject({
      directories: [{ name: 'Pinwheel Okta', directory_provider: 'OKTA' }],
    })
  })

  test('shows a secret once, and makes the older ones inactive when regenerating', async () => {
    interface Made {
      plain_secret: string
      secret: { id: string; secret_suffix: string }
    }
    const created = (await requestScalekit<Made>(sandbox, `${large}/secrets`, { method: 'POST' })).body
    expect(created.plain_secret.slice(-4)).toBe(created.secret.secret_suffix)
    const renewed = (await requestScalekit<Made>(sandbox, `${large}/secrets:regenerate`, { method: 'POST' }))
      .body
    const { directory } = await get<{ directory: { secrets: { id: string; status: string }[] } }>(large)
    const active = directory.secrets.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id)
    expect(active).toEqual([renewed.secret.id])
    expect(directory.secrets).toHaveLength(4)
    expect(JSON.stringify(directory)).not.toContain(renewed.plain_secret)
  })

  test('notes a triggered sync', async () => {
    const before = Date.now()
    expect(await get(`${large}:sync`)).toEqual({})
    const { directory } = await get<{ directory: { last_synced_at: string } }>(large)
    expect(Date.parse(directory.last_synced_at)).toBeGreaterThanOrEqual(before)
  })
})
