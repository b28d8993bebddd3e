import { setTimeout as wait } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { post } from '../http/send.ts'
import { scalekitEvent, scalekitSubject, workosSubject } from '../providers/event-samples.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { globalId } from '../support/start-app.ts'
import { type LiveApp, startLiveApp } from './start-live-app.ts'
import { type Result, subscribe } from './subscribe.ts'
import { tellUpdate, tellWorkos } from './tell.ts'

const EVERYTHING = `subscription {
  directoryEvents {
    __typename id kind provider upstreamId occurredAt
    organization { id }
    directory { id }
    ... on DirectoryDeletedEvent { deletedDirectoryId }
    ... on DirectoryUserCreatedEvent { user { id name } userUpstreamId }
    ... on DirectoryUserUpdatedEvent { user { id name } userUpstreamId changed }
    ... on DirectoryUserDeletedEvent { user { id name } userUpstreamId deletedUserId }
    ... on DirectoryGroupCreatedEvent { group { id name } groupUpstreamId }
    ... on DirectoryGroupUpdatedEvent { group { id name } groupUpstreamId changed }
    ... on DirectoryGroupDeletedEvent { group { id name } groupUpstreamId deletedGroupId }
    ... on DirectoryMemberAddedEvent { user { id } group { id } userUpstreamId groupUpstreamId }
    ... on DirectoryMemberRemovedEvent { user { id } group { id } userUpstreamId groupUpstreamId }
  }
}`

let app: LiveApp
beforeEach(async () => {
  app = await startLiveApp()
})

/** The calls that were made since the last look, without the one for a token. */
function createCallCounter() {
  let seen = 0
  return () => {
    const calls = app.sandbox.calls.slice(seen).filter(({ path }) => path !== '/oauth/token')
    seen = app.sandbox.calls.length
    return calls.map(({ method, path }) => `${method} ${path}`)
  }
}

const eventOf = (result: Result) => {
  expect(result.errors).toBeUndefined()
  return result.data?.directoryEvents
}

describe('events of WorkOS', () => {
  test('are told with what they carry, and without a call', async () => {
    const { user, group, directory } = workosSubject(app.sandbox.data)
    const path = ['workos', directory.organization_id, directory.id]
    const ids = {
      organization: globalId('Organization', 'workos', directory.organization_id),
      directory: globalId('Directory', ...path),
      user: globalId('DirectoryUser', ...path, user.id),
      group: globalId('DirectoryGroup', ...path, group.id),
    }
    const stream = await subscribe(app.url, EVERYTHING)
    const calls = createCallCounter()
    calls()
    const member = { directory_id: directory.id, user, group }
    const before = { first_name: 'Before', state: null }
    const ofUser = { user: { id: ids.user, name: user.name }, userUpstreamId: user.id }
    const ofGroup = { group: { id: ids.group, name: group.name }, groupUpstreamId: group.id }
    const ofMember = {
      user: { id: ids.user },
      group: { id: ids.group },
      userUpstreamId: user.id,
      groupUpstreamId: group.id,
    }
    const cases: [string, object, string, object][] = [
      ['dsync.activated', directory, 'DirectoryActivatedEvent', {}],
      ['dsync.user.created', user, 'DirectoryUserCreatedEvent', ofUser],
      [
        'dsync.user.updated',
        { ...user, previous_attributes: before },
        'DirectoryUserUpdatedEvent',
        { ...ofUser, changed: ['firstName', 'state'] },
      ],
      ['dsync.group.created', group, 'DirectoryGroupCreatedEvent', ofGroup],
      ['dsync.group.updated', group, 'DirectoryGroupUpdatedEvent', { ...ofGroup, changed: null }],
      ['dsync.group.user_added', member, 'DirectoryMemberAddedEvent', ofMember],
      ['dsync.group.user_removed', member, 'DirectoryMemberRemovedEvent', ofMember],
      ['dsync.user.deleted', user, 'DirectoryUserDeletedEvent', { ...ofUser, deletedUserId: ids.user }],
      ['dsync.group.deleted', group, 'DirectoryGroupDeletedEvent', { ...ofGroup, deletedGroupId: ids.group }],
      ['dsync.deleted', directory, 'DirectoryDeletedEvent', { deletedDirectoryId: ids.directory }],
    ]
    for (const [name, data, type, more] of cases) {
      const id = await tellWorkos(app, name, data)
      expect(eventOf(await stream.result())).toEqual({
        __typename: type,
        id: globalId('DirectoryEvent', 'workos', id),
        kind: expect.any(String),
        provider: 'WORKOS',
        upstreamId: id,
        occurredAt: expect.any(String),
        organization: { id: ids.organization },
        directory: { id: ids.directory },
        ...more,
      })
    }
    expect(calls()).toEqual([])
  })

  test('lead on to whatever a query would, each with calls and limits of its own', async () => {
    const query = `subscription { directoryEvents {
      organization { name } directory { state }
      ... on DirectoryUserUpdatedEvent { user { email groups(first: 5) { nodes { name } } } }
    } }`
    const { user, directory } = workosSubject(app.sandbox.data)
    const stream = await subscribe(app.url, query, { headers: { 'dirgraph-cost': 'true' } })
    const calls = createCallCounter()
    await tellUpdate(app, { email: 'new@kestrelfinch.example' })
    const first = await stream.result()
    expect(eventOf(first)).toMatchObject({
      organization: { name: expect.any(String) },
      directory: { state: 'ACTIVE' },
      user: { email: 'new@kestrelfinch.example', groups: { nodes: expect.any(Array) } },
    })
    expect(calls().toSorted()).toEqual(
      [
        'GET /directory_groups',
        `GET /directories/${directory.id}`,
        `GET /organizations/${directory.organization_id}`,
      ].toSorted(),
    )
    expect(first.extensions?.dirgraph).toMatchObject({ upstreamCalls: 3 })
    await tellWorkos(app, 'dsync.deleted', directory)
    await stream.result()
    calls()
    await tellWorkos(app, 'dsync.user.updated', user, {
      created_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    const last = await stream.result()
    // The meter began anew, and so did what the loaders know.
    expect(last.extensions?.dirgraph).toMatchObject({ upstreamCalls: calls().length })
  })

  test('of old, which do not name their organization, are told with the directory as it is found', async () => {
    const { user, directory } = workosSubject(app.sandbox.data)
    const path = ['workos', directory.organization_id, directory.id]
    const query = `subscription ($directoryId: ID) { directoryEvents(directoryId: $directoryId) {
      directory { id name } ... on DirectoryUserUpdatedEvent { user { id } }
    } }`
    const directoryId = globalId('Directory', ...path)
    const streams = [
      await subscribe(app.url, query),
      await subscribe(app.url, query, { variables: { directoryId } }),
    ]
    const { organization_id: _, ...before } = user
    await tellWorkos(app, 'dsync.user.updated', before)
    for (const stream of streams) {
      expect(eventOf(await stream.result())).toEqual({
        directory: { id: directoryId, name: directory.name },
        user: { id: globalId('DirectoryUser', ...path, user.id) },
      })
    }
  })

  test('of old do not give an id to what is gone that it never had', async () => {
    const { user, group, directory } = workosSubject(app.sandbox.data)
    const stream = await subscribe(app.url, EVERYTHING)
    const cases: [string, { readonly organization_id?: unknown }, object][] = [
      ['dsync.user.deleted', user, { deletedUserId: null, userUpstreamId: user.id }],
      ['dsync.group.deleted', group, { deletedGroupId: null, groupUpstreamId: group.id }],
      ['dsync.deleted', directory, { deletedDirectoryId: null }],
    ]
    for (const [name, { organization_id: _, ...before }, told] of cases) {
      await tellWorkos(app, name, before)
      expect(eventOf(await stream.result())).toMatchObject({ organization: null, ...told })
    }
  })

  test('of old give ids of what is gone by which nothing is found, were it there in an organization', async () => {
    const { user, group, directory } = workosSubject(app.sandbox.data)
    const stream = await subscribe(app.url, EVERYTHING)
    const ids: unknown[] = []
    const cases = [
      ['dsync.user.deleted', 'user', user],
      ['dsync.group.deleted', 'group', group],
      ['dsync.deleted', 'directory', directory],
      ['dsync.user.deleted', 'user', { ...user, id: 'directory_user_01GONE' }],
      ['dsync.group.deleted', 'group', { ...group, id: 'directory_group_01GONE' }],
      ['dsync.deleted', 'directory', { ...directory, id: 'directory_01GONE' }],
    ] as const
    for (const [name, field, { organization_id: _, ...before }] of cases) {
      await tellWorkos(app, name, before)
      ids.push((eventOf(await stream.result())?.[field] as { id: unknown } | null)?.id)
    }
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[\w-]+$/)))
    const members = '... on Directory { users(first: 2) { nodes { id } } }'
    for (const rest of ['', 'id', `... on Directory { name } ${members}`, members]) {
      const { json } = await post(app.server, {
        query: `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ${rest} } }`,
        variables: { ids },
      })
      expect(json).toEqual({ data: { nodes: ids.map(() => null) } })
    }
  })

  test('say of what is gone what they have, and do not ask for more', async () => {
    const query = `subscription { directoryEvents {
      directory { id name }
      ... on DirectoryGroupDeletedEvent { group { name rawAttributes } }
    } }`
    const { group, directory } = workosSubject(app.sandbox.data)
    const stream = await subscribe(app.url, query)
    await tellWorkos(app, 'dsync.group.deleted', { ...group, raw_attributes: { left: 'yes' } })
    expect(eventOf(await stream.result())).toMatchObject({ group: { rawAttributes: { left: 'yes' } } })
    const calls = createCallCounter()
    calls()
    await tellWorkos(app, 'dsync.deleted', directory)
    expect(eventOf(await stream.result())).toMatchObject({ directory: { name: directory.name } })
    // What was deleted is unreadable: there is nobody left to ask.
    await tellWorkos(app, 'dsync.group.deleted', { ...group, id: 'directory_group_01GONE', name: 7 })
    expect(eventOf(await stream.result())).toMatchObject({ group: null })
    expect(calls().filter(call => call.includes('group'))).toEqual([])
  })
})

describe('events of Scalekit', () => {
  const tellScalekit = (type: string, data: Record<string, unknown>, id: string) =>
    app.log.append('scalekit', id, scalekitEvent(type, data, { id, occurred_at: new Date().toISOString() }))

  test('name the directory of a user only where it is known', async () => {
    const { user, toUserData, directory } = scalekitSubject(app.sandbox.data)
    const stream = await subscribe(app.url, EVERYTHING)
    await tellScalekit('organization.directory.user_deleted', toUserData(user), 'evt_1')
    expect(eventOf(await stream.result())).toMatchObject({
      __typename: 'DirectoryUserDeletedEvent',
      provider: 'SCALEKIT',
      organization: { id: globalId('Organization', 'scalekit', directory.organization_id) },
      directory: null,
      user: null,
      userUpstreamId: user.id,
      deletedUserId: null,
    })
  })

  test('of users reach whoever asked for their directory, which is known since then', async () => {
    const { user, toUserData, directory } = scalekitSubject(app.sandbox.data)
    const { directories } = app.sandbox.data.scalekit
    const isOther = ({ id, organization_id }: typeof directory) =>
      organization_id === directory.organization_id && id !== directory.id
    directories.splice(0, directories.length, ...directories.filter(one => !isOther(one)))
    const id = globalId('Directory', 'scalekit', directory.organization_id, directory.id)
    const query = `subscription { directoryEvents(directoryId: "${id}") { kind directory { id } } }`
    const stream = await subscribe(app.url, query)
    const result = stream.result().then(eventOf)
    let told = 0
    // Nobody is told when the list has come; what happens before is left out.
    const tellAnother = async () => {
      told += 1
      await tellScalekit('organization.directory.user_updated', toUserData(user), `evt_${told}`)
      return Promise.race([result, wait(20)])
    }
    await expect.poll(tellAnother).toEqual({ kind: 'USER_UPDATED', directory: { id } })
  })

  test('switch directories on and off, and bring groups', async () => {
    const { directoryData, groupData, group, directory } = scalekitSubject(app.sandbox.data)
    const path = ['scalekit', directory.organization_id, directory.id]
    const stream = await subscribe(app.url, EVERYTHING)
    await tellScalekit('organization.directory_disabled', directoryData, 'evt_1')
    await tellScalekit('organization.directory_enabled', directoryData, 'evt_2')
    await tellScalekit('organization.directory.group_deleted', groupData, 'evt_3')
    expect([eventOf(await stream.result()), eventOf(await stream.result())]).toMatchObject([
      { __typename: 'DirectoryDisabledEvent', directory: { id: globalId('Directory', ...path) } },
      { __typename: 'DirectoryEnabledEvent' },
    ])
    expect(eventOf(await stream.result())).toMatchObject({
      __typename: 'DirectoryGroupDeletedEvent',
      group: { name: group.display_name },
      deletedGroupId: globalId('DirectoryGroup', ...path, group.id),
    })
  })

  test('ask the provider for what they do not carry', async () => {
    const { groupData, directory } = scalekitSubject(app.sandbox.data)
    const stream = await subscribe(
      app.url,
      'subscription { directoryEvents { directory { name } ... on DirectoryGroupUpdatedEvent { group { totalUsers } } } }',
    )
    const calls = createCallCounter()
    await tellScalekit('organization.directory.group_updated', groupData, 'evt_1')
    expect(eventOf(await stream.result())).toEqual({
      directory: { name: expect.any(String) },
      group: { totalUsers: expect.any(Number) },
    })
    expect(calls().some(call => call.includes(directory.id))).toBe(true)
  })
})

describe('limits', () => {
  test('hold for each event: an operation that may cost too much is refused, one that does is told', async () => {
    const deep = `subscription { directoryEvents { directory {
      users(first: 100) { nodes { groups(first: 100) { nodes { users(first: 100) { nodes { name } } } } } }
    } } }`
    const costly = await subscribe(app.url, deep)
    expect(costly.response.status).toBe(400)
    expect((await costly.result()).errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY' } }])

    const limited = await startLiveApp({
      server: { limits: { ...ANY_SERVER.limits, maxUpstreamCalls: 1 } },
    })
    const stream = await subscribe(limited.url, 'subscription { directoryEvents { organization { name } } }')
    await tellUpdate(limited)
    await tellUpdate(limited)
    // Each may make one, and the second is answered by what the first has brought.
    for (let turn = 0; turn < 2; turn += 1) expect((await stream.result()).errors).toBeUndefined()
    const two = await subscribe(
      limited.url,
      'subscription { directoryEvents { directory { state groups(first: 1) { nodes { name } } } } }',
    )
    await tellWorkos(limited, 'dsync.activated', workosSubject(limited.sandbox.data).directory)
    expect((await two.result()).errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY' } }])
  })

  test('hold for an event that takes too long', async () => {
    const slow = await startLiveApp({ server: { limits: { ...ANY_SERVER.limits, timeoutMs: 100 } } })
    slow.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 400 })
    const stream = await subscribe(slow.url, 'subscription { directoryEvents { id organization { name } } }')
    await tellUpdate(slow)
    const { data, errors } = await stream.result()
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'timeout' } }])
    expect(data?.directoryEvents).toMatchObject({ id: expect.any(String), organization: null })
  })

  test('hold for documents', async () => {
    const refused = [
      'subscription { directoryEvents { id } again: directoryEvents { id } }',
      'subscription { directoryEvents @skip(if: true) { id } }',
      'subscription($no: Boolean! = false) { ...Root } fragment Root on Subscription { directoryEvents @include(if: $no) { id } }',
      'subscription { __typename }',
      'subscription($kinds: [DirectoryEventKind!]) { directoryEvents(kinds: "X") { id } }',
      `subscription { directoryEvents { directory ${'{ organization { directories { nodes '.repeat(6)}{ id }${' } } }'.repeat(6)} } }`,
    ]
    for (const query of refused) {
      const { errors } = await (await subscribe(app.url, query)).result()
      expect([query, errors?.[0]?.extensions.code]).toEqual([query, 'BAD_USER_INPUT'])
    }
    const variables = { kinds: Array(20).fill('USER_UPDATEDD') }
    const query = 'subscription($kinds: [DirectoryEventKind!]) { directoryEvents(kinds: $kinds) { id } }'
    const { errors } = await (await subscribe(app.url, query, { variables })).result()
    expect(errors).toMatchObject(Array(5).fill({ extensions: { code: 'BAD_USER_INPUT' } }))
    expect(app.feed.status().subscribers).toBe(0)

    const closed = await startLiveApp({ isGuarded: true, server: { introspection: false } })
    const headers = await closed.as('org_01ANY')
    const secret = await (await subscribe(closed.url, query, { variables, headers })).result()
    expect(errors?.[0]?.message).toContain('Did you mean')
    expect(secret.errors?.[0]?.message).not.toContain('Did you mean')
  })
})
