import { gql as apolloGql } from '@apollo/client'
import { Client, fetchExchange, gql } from '@urql/core'
import { expect, onTestFinished, test } from 'vitest'
import { createApolloClient } from '../../examples/apollo.ts'
import { DIRECTORY_EVENTS, subscribeToEvents } from '../../examples/directory-events.ts'
import { createUrqlClient, DIRECTORY_USERS } from '../../examples/urql.ts'
import { workosSubject } from '../providers/event-samples.ts'
import { globalId } from '../support/start-app.ts'
import { startLiveApp } from './start-live-app.ts'
import { tellUpdate, tellWorkos } from './tell.ts'

interface Told {
  readonly directoryEvents: {
    readonly id: string
    readonly kind: string
    readonly user?: { readonly name: string }
  }
}

async function startDirectory() {
  const app = await startLiveApp()
  const { user, users, directory } = workosSubject(app.sandbox.data)
  const directoryId = globalId('Directory', 'workos', directory.organization_id, directory.id)
  return { app, user, users, directoryId }
}

const toEventId = (id: string) => globalId('DirectoryEvent', 'workos', id)

/** Connections that can be broken off. */
function createBreakable() {
  let controller = new AbortController()
  const breakableFetch: typeof fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.any([init?.signal ?? controller.signal, controller.signal]) })
  return {
    fetch: breakableFetch,
    breakOff() {
      controller.abort()
      controller = new AbortController()
    },
  }
}

test('graphql-sse is told of hundreds of events over broken connections, each once', async () => {
  const { app, directoryId } = await startDirectory()
  const connection = createBreakable()
  const heard: string[] = []
  const end = subscribeToEvents(
    { url: app.url, fetch: connection.fetch, retry: async () => {} },
    { query: DIRECTORY_EVENTS, variables: { directory: directoryId } },
    {
      next: result => heard.push((result.data as unknown as Told).directoryEvents.id),
      error: error => heard.push(String(error)),
      complete: () => heard.push('complete'),
    },
  )
  onTestFinished(end)
  await expect.poll(() => app.feed.status().subscribers).toBe(1)
  const told: string[] = []
  for (let round = 1; round <= 8; round += 1) {
    for (let turn = 0; turn < 40; turn += 1) told.push(toEventId(await tellUpdate(app)))
    // In the midst of them, but after the first: until then a client has no place to go on from.
    const some = (round - 1) * 40 + 10
    await expect.poll(() => heard.length, { interval: 1 }).toBeGreaterThan(some)
    connection.breakOff()
    for (let turn = 0; turn < 5; turn += 1) await tellUpdate(app).then(id => told.push(toEventId(id)))
  }
  await expect.poll(() => heard.length).toBe(told.length)
  expect(heard).toEqual(told)
  end()
  await expect.poll(() => app.feed.status().subscribers).toBe(0)
})

test('graphql-sse is told of events that are missed, and does not try again', async () => {
  const { app } = await startDirectory()
  const results: unknown[] = []
  const ended = new Promise<void>((resolve, reject) => {
    const sink = { next: (result: object) => results.push(result), error: reject, complete: resolve }
    onTestFinished(
      subscribeToEvents(
        { url: app.url, headers: () => ({ 'last-event-id': '1-0' }) },
        { query: 'subscription { directoryEvents { id } }' },
        sink,
      ),
    )
  })
  await ended
  expect(results).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }])
  expect(app.lines().filter(({ msg }) => msg === 'operation')).toHaveLength(1)
})

test('urql’s cache follows the directory', async () => {
  const { app, user, users, directoryId } = await startDirectory()
  const client = createUrqlClient(app.url)
  const variables = { directory: directoryId, first: 3 }
  const first = await client.query(DIRECTORY_USERS, variables)
  expect(first.data.directory.users.edges).toHaveLength(3)
  const names: (string | undefined)[] = []
  client.subscription(gql(DIRECTORY_EVENTS), { directory: directoryId }).subscribe(({ data, error }) => {
    names.push(error ? error.message : ((data as Told).directoryEvents.user?.name ?? 'somebody left'))
  })
  await expect.poll(() => app.feed.status().subscribers).toBe(1)
  const listed = [user, ...users].find(({ id }) =>
    first.data.directory.users.edges.some(({ node }: { node: { id: string } }) =>
      Buffer.from(node.id, 'base64url').toString().endsWith(id),
    ),
  )
  await tellWorkos(app, 'dsync.user.updated', { ...listed, name: 'New Name' })
  await expect.poll(() => names).toEqual(['New Name'])
  const cached = client.readQuery(DIRECTORY_USERS, variables)
  const shown = cached?.data.directory.users.edges.map(({ node }: { node: { name: string } }) => node.name)
  expect(shown).toContain('New Name')
})

test('urql’s own fetch speaks the same', async () => {
  const { app } = await startDirectory()
  const client = new Client({
    url: app.url,
    preferGetMethod: false,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
  })
  const results: unknown[] = []
  const { unsubscribe } = client
    .subscription(gql`subscription { directoryEvents { kind } }`, {})
    .subscribe(({ data, error }) => results.push(error ?? data))
  await expect.poll(() => app.feed.status().subscribers).toBe(1)
  await tellUpdate(app)
  await tellUpdate(app)
  const event = { directoryEvents: { kind: 'USER_UPDATED', __typename: 'DirectoryUserUpdatedEvent' } }
  await expect
    .poll(() => results)
    .toMatchObject(Array(2).fill({ directoryEvents: { kind: event.directoryEvents.kind } }))
  unsubscribe()
  await expect.poll(() => app.feed.status().subscribers).toBe(0)
})

test('Apollo’s cache follows the directory', async () => {
  const { app, user, users, directoryId } = await startDirectory()
  const client = createApolloClient(app.url)
  const query = apolloGql`query($directory: ID!) {
    directory(by: { id: $directory }) { id users(first: 3) { edges { cursor node { id name } } } }
  }`
  const { data } = await client.query<{
    directory: { users: { edges: { node: { id: string } }[] } }
  }>({ query, variables: { directory: directoryId } })
  const kinds: string[] = []
  const subscription = client
    .subscribe<Told>({ query: apolloGql(DIRECTORY_EVENTS), variables: { directory: directoryId } })
    .subscribe(result => kinds.push(result.data?.directoryEvents.kind ?? String(result.error)))
  await expect.poll(() => app.feed.status().subscribers).toBe(1)
  const ids = data?.directory.users.edges.map(({ node }) => Buffer.from(node.id, 'base64url').toString())
  const listed = [user, ...users].find(({ id }) => ids?.some(path => path.endsWith(id)))
  await tellWorkos(app, 'dsync.user.updated', { ...listed, name: 'New Name' })
  await expect.poll(() => kinds).toEqual(['USER_UPDATED'])
  const shown = JSON.stringify(client.readQuery({ query, variables: { directory: directoryId } }))
  expect(shown).toContain('"New Name"')
  subscription.unsubscribe()
  await expect.poll(() => app.feed.status().subscribers).toBe(0)
})

test('a persisted document is subscribed to by its id', async () => {
  const query = 'subscription { directoryEvents { kind } }'
  const app = await startLiveApp({
    server: { persistedDocuments: { documents: { 'sha256:abc': query }, mode: 'only' } },
  })
  const results: unknown[] = []
  onTestFinished(
    subscribeToEvents({ url: app.url }, { documentId: 'sha256:abc' } as never, {
      next: result => results.push(result.data),
      error: error => results.push(error),
      complete() {},
    }),
  )
  await expect.poll(() => app.feed.status().subscribers).toBe(1)
  await tellUpdate(app)
  await expect.poll(() => results).toEqual([{ directoryEvents: { kind: 'USER_UPDATED' } }])
})
