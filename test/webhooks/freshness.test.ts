import { afterEach, describe, expect, test } from 'vitest'
import type { ScalekitUser } from '../../src/sandbox/scalekit-records.ts'
import { scalekitEvent, scalekitSubject, workosEvent, workosSubject } from '../providers/event-samples.ts'
import { directoryId } from '../support/seeded-ids.ts'
import { fromScalekit, fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

let app: TestApp
afterEach(() => app.stop())

const start = async (more: object = {}) => {
  app = await startApp({ dirgraph: { cacheTtlSeconds: 300, webhooks: WEBHOOKS, ...more } })
}

const USERS = `query($id: ID!) { directory(by: { id: $id }) { users(first: 5) { nodes { upstreamId name } } } }`

interface Users {
  readonly directory: { readonly users: { readonly nodes: { upstreamId: string; name: string }[] } }
}

/** The first users of a directory, and what it took to tell them. */
async function usersOf(upstreamId: string) {
  app.sandbox.clearCalls()
  const { data, errors } = await app.query<Users>(USERS, { id: directoryId(app.sandbox, upstreamId) })
  expect(errors).toBeUndefined()
  return { users: data?.directory.users.nodes ?? [], calls: app.sandbox.calls.length }
}

/** Delivers it, and sees it acknowledged. */
async function take(request: Request): Promise<void> {
  expect((await app.dirgraph.fetch(request)).status).toBe(200)
}

/** Each provider's directory that something happens in, another one, and its deliveries about one of the users. */
const PROVIDERS = {
  workos: {
    other: () => app.sandbox.data.known.workosLargeDirectoryId,
    directory: () => app.sandbox.data.known.workosMediumDirectoryId,
    users: (): { id: string }[] => workosSubject(app.sandbox.data).roster.users,
    deliver(kind: 'created' | 'deleted', user: { id: string }, id: string, at?: string) {
      const more = { id, ...(at !== undefined && { created_at: at }) }
      return fromWorkos(workosEvent(`dsync.user.${kind}`, user, more))
    },
  },
  scalekit: {
    other: () => app.sandbox.data.known.scalekitLargeDirectoryId,
    directory: () => app.sandbox.data.known.scalekitMediumDirectoryId,
    users: (): { id: string }[] => scalekitSubject(app.sandbox.data).roster.users,
    deliver(kind: 'created' | 'deleted', user: { id: string }, id: string, at?: string) {
      const data = scalekitSubject(app.sandbox.data).toUserData(user as ScalekitUser)
      const more = { id, ...(at !== undefined && { occurred_at: at }) }
      return fromScalekit(scalekitEvent(`organization.directory.user_${kind}`, data, more))
    },
  },
}

describe.each(['workos', 'scalekit'] as const)('a webhook of %s', name => {
  const { other, directory, users, deliver } = PROVIDERS[name]

  /** Takes somebody who is on the first page out of the directory. */
  async function removeOne(): Promise<{ id: string }> {
    const [first] = (await usersOf(directory())).users
    const index = users().findIndex(({ id }) => id === first?.upstreamId)
    const [removed] = users().splice(index, 1)
    if (index === -1 || removed === undefined) throw new Error('nobody is there')
    return removed
  }

  test('ends the reuse of what it contradicts, and of nothing of another directory', async () => {
    await start()
    await usersOf(other())
    const { id, ...rest } = await removeOne()
    const before = await usersOf(directory())
    expect(before).toMatchObject({ calls: 0, users: [{ upstreamId: id }, {}, {}, {}, {}] })
    await take(deliver('deleted', { id, ...rest }, 'event_1'))
    const after = await usersOf(directory())
    expect(after.calls).toBe(1)
    expect(after.users.map(({ upstreamId }) => upstreamId)).not.toContain(id)
    expect((await usersOf(other())).calls).toBe(0)
  })

  test('has one effect however often it comes', async () => {
    await start()
    const [user = { id: '' }] = users()
    await take(deliver('deleted', user, 'event_1'))
    await usersOf(directory())
    await take(deliver('deleted', user, 'event_1'))
    expect((await usersOf(directory())).calls).toBe(0)
    await take(deliver('deleted', user, 'event_2'))
    expect((await usersOf(directory())).calls).toBe(1)
  })

  test('that comes too late brings nothing of old back', async () => {
    await start()
    const user = await removeOne()
    await take(deliver('deleted', user, 'event_2'))
    await usersOf(directory())
    await take(deliver('created', user, 'event_1', '2020-01-01T00:00:00Z'))
    const { users: now } = await usersOf(directory())
    expect(now.map(({ upstreamId }) => upstreamId)).not.toContain(user.id)
  })
})

test('a webhook of an organization that nobody asks for costs no call, and leaves all that is kept', async () => {
  await start()
  const { directory, user } = workosSubject(app.sandbox.data)
  await usersOf(directory.id)
  await usersOf(app.sandbox.data.known.scalekitMediumDirectoryId)
  app.sandbox.clearCalls()
  await take(
    fromWorkos(
      workosEvent('dsync.user.created', {
        ...user,
        id: 'directory_user_01NOBODY',
        directory_id: 'directory_01NOBODY',
        organization_id: 'org_01NOBODY',
      }),
    ),
  )
  await take(
    fromScalekit(
      scalekitEvent('organization.directory.user_created', { id: 'diruser_77', organization_id: 'org_77' }),
    ),
  )
  expect(app.sandbox.calls).toEqual([])
  expect((await usersOf(directory.id)).calls).toBe(0)
  expect((await usersOf(app.sandbox.data.known.scalekitMediumDirectoryId)).calls).toBe(0)
})

test('while secrets are rotated, the old one and the new one are good, and no other', async () => {
  await start({ webhooks: { workosSecrets: ['new', 'old'] } })
  const statuses = []
  for (const secret of ['old', 'new', 'older']) {
    const event = workosEvent('dsync.user.deleted', workosSubject(app.sandbox.data).user, { id: secret })
    statuses.push((await app.dirgraph.fetch(fromWorkos(event, { secret }))).status)
  }
  expect(statuses).toEqual([200, 200, 400])
})
