import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { requestWorkos } from './sandbox-requests.ts'

interface List {
  data: { id: string; event?: string; groups?: { id: string }[]; data?: Record<string, unknown> }[]
  list_metadata: Record<string, string | null>
}

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await startSandbox({ deletionDelayMs: 150 })
})

afterEach(() => sandbox.stop())

async function listIds(path: string): Promise<string[]> {
  const answer = await requestWorkos<List>(sandbox, path)
  expect(answer.status, answer.text).toBe(200)
  return answer.body.data.map(({ id }) => id)
}

function rosterOf(directoryId: string) {
  const roster = sandbox.data.workos.rosters.get(directoryId)
  if (!roster) throw new Error('no such directory')
  return roster
}

describe('the WorkOS stand-in', () => {
  test('answers 401 without its key and puts a request id on every answer', async () => {
    const refused = await requestWorkos(sandbox, '/organizations', {
      headers: { authorization: 'Bearer sk_x' },
    })
    expect(refused.status).toBe(401)
    expect(refused.body).toEqual({ message: 'Unauthorized' })
    const uuid = /^[0-9a-f-]{36}$/
    expect(refused.headers.get('x-request-id')).toMatch(uuid)
    expect((await requestWorkos(sandbox, '/organizations')).headers.get('x-request-id')).toMatch(uuid)
  })

  test('answers 404 for a route it does not have', async () => {
    expect((await requestWorkos(sandbox, '/directory_sync/directories')).status).toBe(404)
    expect((await requestWorkos(sandbox, '/directories', { method: 'POST' })).status).toBe(404)
  })

  test('demands one of two filters, and does not take `directory_id` for one', async () => {
    const code = 'Please provide either "directory" or "group" parameters.'
    const id = sandbox.data.known.workosSmallDirectoryId
    for (const path of ['/directory_users', `/directory_users?directory_id=${id}`]) {
      const { status, body } = await requestWorkos(sandbox, path)
      expect(status).toBe(422)
      expect(body).toEqual({
        message: 'Validation failed',
        errors: [
          { field: 'directory', code },
          { field: 'group', code },
        ],
      })
    }
    const groups = await requestWorkos<{ errors: { field: string; code: string }[] }>(
      sandbox,
      '/directory_groups',
    )
    expect(groups.status).toBe(422)
    expect(groups.body.errors).toEqual(
      ['directory', 'user'].map(field => ({
        field,
        code: 'Please provide either "directory" or "user" parameters.',
      })),
    )
  })

  test.each([
    ['/directories/invalid', 'Directory'],
    ['/directory_users/invalid', 'Directory User'],
    ['/directory_groups/invalid', 'Directory Group'],
    ['/organizations/invalid', 'Organization'],
    ['/organizations/external_id/invalid', 'Organization'],
    ['/directory_users?directory=invalid', 'Directory'],
    ['/directory_users?group=invalid', 'Directory Group'],
    ['/directory_groups?user=invalid', 'Directory User'],
  ])('answers 404 to %s, naming the %s', async (path, noun) => {
    const { status, body } = await requestWorkos(sandbox, path)
    expect(status).toBe(404)
    expect(body).toEqual({
      message: `${noun} not found: 'invalid'.`,
      code: 'entity_not_found',
      entity_id: 'invalid',
    })
  })

  test('filters organizations by domain and by name', async () => {
    const { known } = sandbox.data
    expect(await listIds('/organizations?domains=nobody.example,haldenrobotics.example')).toEqual([
      known.workosOrganizationId,
    ])
    expect(await listIds('/organizations?search=KESTREL')).toEqual([known.workosTwoDirectoriesOrganizationId])
    expect(await listIds('/organizations?search=zzz')).toEqual([])
  })

  test('finds an organization by an external id that has to be escaped', async () => {
    const { status, body } = await requestWorkos<{ name: string }>(
      sandbox,
      `/organizations/external_id/${encodeURIComponent('crm/3310:eu')}`,
    )
    expect(status).toBe(200)
    expect(body.name).toBe('Tannery Lane Apparel')
  })

  test('filters directories by organization and by name', async () => {
    const { known } = sandbox.data
    const ofTwo = `/directories?organization_id=${known.workosTwoDirectoriesOrganizationId}`
    expect(await listIds(ofTwo)).toEqual([known.workosUnlinkedDirectoryId, known.workosMediumDirectoryId])
    expect(await listIds(`${ofTwo}&search=entra`)).toEqual([known.workosMediumDirectoryId])
    expect(await listIds(`/directories?organization_id=${known.workosEmptyOrganizationId}`)).toEqual([])
  })

  test('lists the members of a group and the groups of a user, both true to the data', async () => {
    const { known } = sandbox.data
    const { users, groupIdsByUser } = rosterOf(known.workosLargeDirectoryId)
    const members = users.filter(({ id }) => groupIdsByUser.get(id)?.has(known.workosLargeGroupId))
    expect(members.length).toBeGreaterThan(100)
    expect(await listIds(`/directory_users?group=${known.workosLargeGroupId}&order=asc&limit=100`)).toEqual(
      members.slice(0, 100).map(({ id }) => id),
    )
    const groupIds = await listIds(`/directory_groups?user=${known.workosUserWithGroupsId}&limit=100`)
    const expected = rosterOf(known.workosSmallDirectoryId).groupIdsByUser.get(known.workosUserWithGroupsId)
    expect(groupIds.length).toBeGreaterThan(2)
    expect(new Set(groupIds)).toEqual(expected)
  })

  test('finds a user by e-mail or idp id, in a directory only', async () => {
    const { known } = sandbox.data
    const directory = known.workosMediumDirectoryId
    const email = encodeURIComponent(known.sharedEmail.toUpperCase())
    expect(await listIds(`/directory_users?directory=${directory}&email=${email}`)).toEqual([
      known.workosSharedUserId,
    ])
    const idpId = rosterOf(directory).users.at(50)?.idp_id ?? ''
    expect(
      await listIds(`/directory_users?directory=${directory}&idp_id=${encodeURIComponent(idpId)}`),
    ).toEqual([rosterOf(directory).users.at(50)?.id])
    const group = rosterOf(directory).groups[0]?.id
    expect((await requestWorkos(sandbox, `/directory_users?group=${group}&email=${email}`)).status).toBe(422)
  })

  test('leaves `groups` empty on a user, unless the team is an old one', async () => {
    const path = `/directory_users/${sandbox.data.known.workosUserWithGroupsId}`
    expect((await requestWorkos<List['data'][0]>(sandbox, path)).body.groups).toEqual([])
    sandbox.data.quirks.embeddedGroups = true
    const { body } = await requestWorkos<List['data'][0]>(sandbox, path)
    expect(body.groups?.length).toBeGreaterThan(2)
  })

  test('accepts a deletion as text, shows `deleting`, then 404, and logs one event', async () => {
    const id = sandbox.data.known.workosSmallDirectoryId
    const userId = sandbox.data.known.workosUserId
    const accepted = await requestWorkos(sandbox, `/directories/${id}`, { method: 'DELETE' })
    expect([accepted.status, accepted.headers.get('content-type'), accepted.text]).toEqual([
      202,
      'text/plain',
      'Accepted',
    ])
    expect((await requestWorkos(sandbox, `/directories/${id}`)).body).toMatchObject({ state: 'deleting' })
    await wait(200)
    expect((await requestWorkos(sandbox, `/directories/${id}`)).status).toBe(404)
    expect((await requestWorkos(sandbox, `/directory_users/${userId}`)).status).toBe(404)
    const again = await requestWorkos(sandbox, `/directories/${id}`, { method: 'DELETE' })
    expect([again.status, again.body]).toEqual([404, { message: 'Not Found' }])
    const { body } = await requestWorkos<List>(sandbox, '/events?events=dsync.deleted,dsync.user.deleted')
    expect(body.data.map(({ event, data }) => [event, data?.id, data?.state])).toEqual([
      ['dsync.deleted', id, 'linked'],
    ])
  })

  test('reads event names in three encodings, demands one, and pages forward only', async () => {
    const refused = await requestWorkos(sandbox, '/events')
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ code: 'invalid_events_request' })
    const names = ['dsync.activated', 'dsync.group.created']
    const comma = await listIds(`/events?events=${names}`)
    expect(comma).toHaveLength(6)
    expect(await listIds(`/events?events=${names[0]}&events=${names[1]}`)).toEqual(comma)
    expect(await listIds(`/events?events[]=${names[0]}&events[]=${names[1]}`)).toEqual(comma)
    const page = await requestWorkos<List>(sandbox, `/events?events=${names}&limit=4`)
    expect(page.body.list_metadata).toEqual({ after: comma[3] })
    expect(await listIds(`/events?events=${names}&limit=4&after=${comma[3]}`)).toEqual(comma.slice(4))
    expect(await listIds(`/events?events=${names}&organization_id=org_0`)).toEqual([])
    expect(await listIds(`/events?events=${names}&range_start=2026-10-01T00:00:00Z`)).toEqual([])
    const both = `/events?events=${names}&after=${comma[0]}&range_start=2026-01-01T00:00:00Z`
    expect((await requestWorkos(sandbox, both)).status).toBe(422)
  })

  test('makes a portal link for an organization it has', async () => {
    const generate = (body: unknown) =>
      requestWorkos<{ link: string; message: string }>(sandbox, '/portal/generate_link', {
        method: 'POST',
        body: JSON.stringify(body),
      })
    const organization = sandbox.data.known.workosOrganizationId
    const made = await generate({ organization, intent: 'dsync' })
    expect(made.status).toBe(201)
    expect(made.body.link).toMatch(/^https:/)
    const unknown = await generate({ organization: 'bogus-id', intent: 'dsync' })
    expect([unknown.status, unknown.body]).toEqual([
      400,
      { message: 'Could not find an organization with the id, bogus-id.' },
    ])
    expect((await generate({ organization, intent: 'scim' })).status).toBe(422)
    expect((await generate('text')).status).toBe(400)
  })

  test('records every request it receives', async () => {
    sandbox.clearCalls()
    await requestWorkos(sandbox, '/directory_users?directory=x&tag=a&tag=b&unknown=1')
    expect(sandbox.calls).toHaveLength(1)
    expect(sandbox.calls[0]).toMatchObject({
      provider: 'workos',
      method: 'GET',
      path: '/directory_users',
      query: { directory: 'x', tag: ['a', 'b'], unknown: '1' },
      headers: { authorization: `Bearer ${sandbox.workos.apiKey}` },
      body: '',
      status: 404,
    })
  })
})
