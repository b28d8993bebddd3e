import { describe, expect, test } from 'vitest'
import { ADMIN, type Caller } from '../../src/domain/caller.ts'
import type { EntityKey } from '../../src/domain/entity-key.ts'
import { createSubscriptions } from '../../src/server/subscriptions.ts'
import { workosSubject } from '../providers/event-samples.ts'
import { globalId } from '../support/start-app.ts'
import { AS_ADMIN, startLiveApp } from './start-live-app.ts'
import { ANY_EVENT, subscribe } from './subscribe.ts'
import { tellUpdate, tellWorkos } from './tell.ts'

const WITHIN = `subscription($organization: ID, $directory: ID, $kinds: [DirectoryEventKind!]) {
  directoryEvents(organizationId: $organization, directoryId: $directory, kinds: $kinds) { kind upstreamId }
}`

async function startGuarded() {
  const app = await startLiveApp({ isGuarded: true })
  const { user, group, directory } = workosSubject(app.sandbox.data)
  const mine = directory.organization_id
  const theirs = app.sandbox.data.known.workosOrganizationId
  if (mine === theirs) throw new Error('these have to be two')
  const owner = { headers: await app.as(mine) }
  const stranger = { headers: await app.as(theirs) }
  return { app, user, group, directory, mine, theirs, owner, stranger, admin: { headers: AS_ADMIN } }
}

describe('a user', () => {
  test('is told what happens in their own organization, the admin of every one and of none', async () => {
    const { app, group, owner, stranger, admin } = await startGuarded()
    const all = [owner, stranger, admin].map(who => subscribe(app.url, ANY_EVENT, who))
    const [ofOwner, ofStranger, ofAdmin] = await Promise.all(all)
    await tellUpdate(app)
    // A directory of old, which belongs to nobody.
    const orphan = {
      ...group,
      organization_id: null,
      directory_id: 'directory_01OLD',
      id: 'directory_group_01OLD',
    }
    await tellWorkos(app, 'dsync.group.created', orphan)
    await tellWorkos(app, 'dsync.group.updated', group)
    const kinds = async (stream: typeof ofOwner, count: number) => {
      const results = []
      for (let turn = 0; turn < count; turn += 1) results.push(await stream?.result())
      return results.map(result => result?.data?.directoryEvents.kind)
    }
    expect(await kinds(ofAdmin, 3)).toEqual(['USER_UPDATED', 'GROUP_CREATED', 'GROUP_UPDATED'])
    expect(await kinds(ofOwner, 2)).toEqual(['USER_UPDATED', 'GROUP_UPDATED'])
    app.server.endSubscriptions()
    expect(await ofStranger?.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
  })

  test('gets the same bytes for what is another organization’s as for what there is not', async () => {
    const { app, mine, directory, stranger } = await startGuarded()
    const asked = [
      { organization: globalId('Organization', 'workos', mine) },
      { organization: globalId('Organization', 'workos', 'org_01NONE') },
      { organization: globalId('Organization', 'scalekit', 'org_1') },
      { directory: globalId('Directory', 'workos', mine, directory.id) },
      { directory: globalId('Directory', 'workos', 'org_01NONE', 'directory_01NONE') },
      { organization: globalId('Organization', 'workos', mine), kinds: ['USER_UPDATED'] },
    ]
    const streams = await Promise.all(
      asked.map(variables => subscribe(app.url, WITHIN, { variables, ...stranger })),
    )
    const before = app.sandbox.calls.length
    await tellUpdate(app)
    await app.log.settled()
    app.server.endSubscriptions()
    const own = new Set(['date', 'x-request-id'])
    const headers = streams.map(({ response }) => [...response.headers].filter(([name]) => !own.has(name)))
    const answers = await Promise.all(streams.map(stream => stream.rest()))
    for (const answer of answers) expect(answer).toEqual([{ id: null, event: 'complete', data: '' }])
    for (const header of headers) expect(header).toEqual(headers[0])
    expect(app.sandbox.calls.length).toBe(before)
  })

  test('is told nothing of another organization by the schema, whatever the feed hands on', async () => {
    const { app, stranger } = await startGuarded()
    const { feed } = app
    feed.subscribe = new Proxy(feed.subscribe, {
      apply: (subscribe, self, [wish]) => Reflect.apply(subscribe, self, [{ ...wish, organization: null }]),
    })
    const stream = await subscribe(app.url, ANY_EVENT, stranger)
    await tellUpdate(app)
    const { data, errors } = await stream.result()
    expect(data).toBeNull()
    expect(errors).toMatchObject([
      { message: 'WorkOS has no such object.', extensions: { code: 'NOT_FOUND' } },
    ])
  })

  test('narrows to an organization, a directory and kinds, which must all hold', async () => {
    const { app, user, group, mine, directory, owner, admin } = await startGuarded()
    const organization = globalId('Organization', 'workos', mine)
    const ofDirectory = globalId('Directory', 'workos', mine, directory.id)
    const other = globalId('Directory', 'workos', mine, 'directory_01OTHER')
    const open = (variables: object, who = owner) => subscribe(app.url, WITHIN, { variables, ...who })
    const streams = await Promise.all([
      open({ organization, directory: ofDirectory, kinds: ['GROUP_UPDATED'] }),
      open({ directory: ofDirectory }, admin),
      open({ organization, kinds: ['USER_UPDATED', 'GROUP_UPDATED'] }, admin),
      open({ organization, directory: other }),
    ])
    const told = [
      await tellWorkos(app, 'dsync.user.updated', user),
      await tellWorkos(app, 'dsync.group.updated', group),
      await tellWorkos(app, 'dsync.group.deleted', group),
    ]
    const heard = await Promise.all(
      [[1], [0, 1, 2], [0, 1]].map(async (wanted, index) => {
        const results = []
        while (results.length < wanted.length) results.push(await streams[index]?.result())
        return results.map(result => result?.data?.directoryEvents.upstreamId)
      }),
    )
    expect(heard).toEqual([[told[1]], told, told.slice(0, 2)])
    app.server.endSubscriptions()
    for (const stream of streams) {
      expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
    }
  })

  test('without the permission to read is refused, and without a token not answered', async () => {
    const { app, mine } = await startGuarded()
    const headers = await app.as(mine, { permissions: ['directories:write'] })
    const stream = await subscribe(app.url, ANY_EVENT, { headers })
    const { errors } = await stream.result()
    expect(errors).toMatchObject([
      { message: 'This needs the permission `directories:read`.', extensions: { code: 'FORBIDDEN' } },
    ])
    expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
    const { response } = await subscribe(app.url)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, expect.any(String)])
    expect(app.feed.status().subscribers).toBe(0)
  })

  test('is told when their token ends, and nothing after that', async () => {
    const { app, mine } = await startGuarded()
    const exp = Math.floor(Date.now() / 1_000) + 1
    const stream = await subscribe(app.url, ANY_EVENT, { headers: await app.as(mine, { exp }) })
    await tellUpdate(app)
    expect((await stream.result()).data).toBeTruthy()
    const { data, errors } = await stream.result()
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000)
    expect(data).toBeUndefined()
    expect(errors).toEqual([
      {
        message: 'The token has expired.',
        extensions: { code: 'UNAUTHENTICATED', requestId: stream.response.headers.get('x-request-id') },
      },
    ])
    await tellUpdate(app)
    expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
    expect(app.feed.status().subscribers).toBe(0)
  })

  test('who names what is no id, or no kind, is told so', async () => {
    const { app, owner, mine } = await startGuarded()
    const wrong = [
      { organization: 'x' },
      { organization: globalId('Directory', 'workos', mine, 'directory_1') },
      { directory: globalId('Organization', 'workos', mine) },
      { kinds: [] },
    ]
    for (const variables of wrong) {
      const stream = await subscribe(app.url, WITHIN, { variables, ...owner })
      expect((await stream.result()).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
      expect(await stream.rest()).toHaveLength(1)
    }
    expect(app.feed.status().subscribers).toBe(0)
  })
})

describe('the number of subscriptions', () => {
  const NEVER = new AbortController().signal
  const userOf = (organization: string, subject: string): Caller => ({
    kind: 'user',
    subject,
    organization: organization as EntityKey,
    permissions: new Set(['directories:read']),
    expiresAtMs: null,
  })

  test('is bounded for a user, for an organization and in all, and what ends makes room', () => {
    const subscriptions = createSubscriptions({ inAll: 6, ofUsers: 6, ofOrganization: 4, ofUser: 2 })
    const begin = (organization: string, subject: string) =>
      subscriptions.begin(userOf(organization, subject), NEVER)
    const first = begin('workos:a', 'one')
    expect(begin('workos:a', 'one')).not.toBeNull()
    expect(begin('workos:a', 'one')).toBeNull()
    expect([begin('workos:a', 'two'), begin('workos:a', 'two')]).not.toContain(null)
    expect(begin('workos:a', 'three')).toBeNull()
    expect([begin('workos:b', 'one'), begin('workos:b', 'one')]).not.toContain(null)
    expect(begin('workos:b', 'two')).toBeNull()
    first?.end('left')
    first?.end('left')
    expect(begin('workos:b', 'two')).not.toBeNull()
    expect(begin('workos:b', 'two')).toBeNull()
  })

  test('of all users leaves some to the admin', () => {
    const subscriptions = createSubscriptions()
    const begin = (caller: Caller) => subscriptions.begin(caller, NEVER) !== null
    const users = Array.from({ length: 2_000 }, (_, turn) => userOf(`workos:${turn % 4}`, `${turn % 400}`))
    expect(users.filter(begin)).toHaveLength(900)
    expect(Array.from({ length: 150 }, () => ADMIN).filter(begin)).toHaveLength(100)
    expect(begin(ADMIN)).toBe(false)
  })

  test('that is too large is refused with the time to come back', async () => {
    const app = await startLiveApp({ isGuarded: true })
    const headers = await app.as('org_01ANY')
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => subscribe(app.url, ANY_EVENT, { headers })),
    )
    const { response } = await subscribe(app.url, ANY_EVENT, { headers })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await response.text()).toContain('"RATE_LIMITED"')
    for (const stream of streams) stream.leave()
    await expect.poll(() => app.feed.status().subscribers).toBe(0)
    const again = await subscribe(app.url, ANY_EVENT, { headers })
    expect(again.response.status).toBe(200)
  })

  test('does not run out through tokens that end, however far off that is', async () => {
    const subscriptions = createSubscriptions({ inAll: 1, ofUsers: 1, ofOrganization: 1, ofUser: 1 })
    const inYears = { ...userOf('workos:a', 'one'), expiresAtMs: Date.now() + 10 * 365 * 86_400_000 }
    const subscription = subscriptions.begin(inYears, NEVER)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(subscription?.ending).toBeNull()
    subscription?.end('left')
    const over = subscriptions.begin({ ...inYears, expiresAtMs: Date.now() - 1 }, NEVER)
    await expect.poll(() => over?.ending).toBe('expired')
  })
})
