import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Listener } from '../../src/server/listen.ts'
import { ANY_SERVER } from '../support/any-server.ts'
import { startLiveApp } from './start-live-app.ts'
import { ANY_EVENT, type Message, subscribe } from './subscribe.ts'
import { tellUpdate } from './tell.ts'

const MISSED = { extensions: { code: 'NOT_FOUND' } }

function idIn({ data }: Message): string {
  const { id } = JSON.parse(data).data.directoryEvents
  return Buffer.from(id, 'base64url').toString().replace('DirectoryEvent:workos:', '')
}

/** Whether all connections end by themselves when the listener closes. */
function closing(listener: Listener): Promise<string> {
  const closed = listener.close(5_000).then(() => 'closed')
  return Promise.race([closed, wait(2_000, 'late', { ref: false })])
}

describe('a subscription', () => {
  test('is answered at once by a stream that nobody on the way keeps or holds up', async () => {
    const app = await startLiveApp()
    const { response } = await subscribe(app.url)
    expect(response.status).toBe(200)
    const { headers } = response
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-cache, no-store, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-length')).toBeNull()
  })

  test('has a message for each event, with its place as the id and in its extensions', async () => {
    const app = await startLiveApp()
    const stream = await subscribe(app.url)
    const ids = [await tellUpdate(app), await tellUpdate(app)]
    const [one, other] = [await stream.next(), await stream.next()]
    expect([one, other].map(message => message && idIn(message))).toEqual(ids)
    expect(one?.event).toBe('next')
    const { extensions } = JSON.parse(other?.data ?? '')
    expect(extensions).toEqual({ dirgraph: { place: other?.id } })
    expect(other?.id).toBe(app.log.lastPlace)
  })

  test('is taken by GET with a header that pages can not send unasked, and by anything that takes all', async () => {
    const app = await startLiveApp()
    const url = `${app.url}?query=${encodeURIComponent(ANY_EVENT)}`
    const get = await fetch(url, { headers: { accept: 'text/event-stream', 'x-graphql-yoga-csrf': '1' } })
    expect(get.headers.get('content-type')).toBe('text/event-stream')
    await get.body?.cancel()
    const unasked = await fetch(url, { headers: { accept: 'text/event-stream' } })
    expect(unasked.status).toBe(403)
    for (const accept of [
      '*/*',
      'text/*',
      'text/event-stream, multipart/mixed',
      'application/json, text/event-stream',
    ]) {
      const { response, leave } = await subscribe(app.url, ANY_EVENT, { headers: { accept } })
      expect([accept, response.headers.get('content-type')]).toEqual([accept, 'text/event-stream'])
      leave()
    }
  })

  test('is refused, with the reason as JSON, where the client does not take that', async () => {
    const app = await startLiveApp()
    for (const accept of [
      'application/json',
      'application/graphql-response+json',
      'multipart/mixed',
      'multipart/mixed;subscriptionSpec=1.0',
    ]) {
      const { response } = await subscribe(app.url, ANY_EVENT, { headers: { accept } })
      expect(response.status).toBe(406)
      expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/)
      const extensions = { code: 'BAD_USER_INPUT', requestId: response.headers.get('x-request-id') }
      expect(await response.json()).toEqual({
        errors: [{ message: 'Subscriptions are answered as text/event-stream; accept that.', extensions }],
      })
    }
    expect(app.feed.status().subscribers).toBe(0)
  })

  test('shows that it is there while nothing happens', async () => {
    const app = await startLiveApp({ heartbeatMs: 20 })
    const stream = await subscribe(app.url)
    const pending = stream.next()
    await expect.poll(stream.beats, { interval: 5 }).toBeGreaterThan(4)
    const id = await tellUpdate(app)
    expect(await pending).toSatisfy((message: Message) => idIn(message) === id)
  })

  test('goes on for longer than an operation may take', async () => {
    const app = await startLiveApp({ server: { limits: { ...ANY_SERVER.limits, timeoutMs: 50 } } })
    const stream = await subscribe(app.url)
    await wait(120)
    await tellUpdate(app)
    expect((await stream.result()).errors).toBeUndefined()
  })

  test('streams to whoever mounts the handler too', async () => {
    const app = await startLiveApp()
    const stream = await subscribe('http://dirgraph.test/graphql', ANY_EVENT, { fetcher: app.server.fetch })
    const id = await tellUpdate(app)
    const message = await stream.next()
    expect(message && idIn(message)).toBe(id)
    const unread = await subscribe('http://dirgraph.test/graphql', ANY_EVENT, { fetcher: app.server.fetch })
    expect(app.feed.status().subscribers).toBe(2)
    // One who mounts it may tell by the request that the client is gone, another by the body.
    stream.leave()
    await unread.response.body?.cancel()
    await expect.poll(() => app.feed.status().subscribers).toBe(0)
  })
})

describe('Last-Event-ID', () => {
  test('goes on after a message over many broken connections, with nothing lost and nothing twice', async () => {
    const app = await startLiveApp()
    const told: string[] = []
    const heard: string[] = []
    let stream = await subscribe(app.url)
    const telling = (async () => {
      for (let turn = 0; turn < 400; turn += 1) {
        told.push(await tellUpdate(app))
        if (turn % 5 === 0) await wait(2)
      }
    })()
    for (let round = 0; heard.length < 400; round += 1) {
      let last = ''
      for (let turn = 0; turn < 10 + (round % 9) && heard.length < 400; turn += 1) {
        const message = await stream.next()
        if (message === null) throw new Error('the stream ended')
        heard.push(idIn(message))
        last = message.id ?? ''
      }
      stream.leave()
      stream = await subscribe(app.url, ANY_EVENT, { headers: { 'last-event-id': last } })
    }
    await telling
    expect(heard).toEqual(told)
  })

  test('that is no id of ours is refused in the stream', async () => {
    const app = await startLiveApp()
    for (const id of ['a b', '../1', 'gone', '17-', '1-2-3', `1-${'2'.repeat(21)}`, '{}']) {
      const stream = await subscribe(app.url, ANY_EVENT, { headers: { 'last-event-id': id } })
      expect(await stream.rest()).toMatchObject([
        { event: 'next', data: expect.stringMatching(/`Last-Event-ID`.*"BAD_USER_INPUT"/) },
        { event: 'complete', data: '' },
      ])
    }
    expect(app.feed.status().subscribers).toBe(0)
  })

  test('that is not kept any more is answered by an error and the end', async () => {
    const app = await startLiveApp({ maxEvents: 3 })
    const first = await subscribe(app.url)
    await tellUpdate(app)
    const message = await first.next()
    first.leave()
    for (let turn = 0; turn < 5; turn += 1) await tellUpdate(app)
    await app.log.settled()
    const headers = { 'last-event-id': message?.id ?? '' }
    const stream = await subscribe(app.url, ANY_EVENT, { headers })
    const { errors } = await stream.result()
    expect(errors).toMatchObject([MISSED])
    expect(errors?.[0]?.message).toContain('without `Last-Event-ID`')
    expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
    // A client that comes back without it goes on from now.
    const again = await subscribe(app.url)
    const id = await tellUpdate(app)
    const next = await again.next()
    expect(next && idIn(next)).toBe(id)
  })
})

describe('a subscription ends', () => {
  test('within moments of its client, and everything of it with that', async () => {
    const app = await startLiveApp()
    const streams = await Promise.all(Array.from({ length: 20 }, () => subscribe(app.url)))
    await tellUpdate(app)
    await Promise.all(streams.map(stream => stream.next()))
    expect(app.feed.status().subscribers).toBe(20)
    for (const stream of streams) stream.leave()
    await expect.poll(() => app.feed.status().subscribers).toBe(0)
    const ends = () => app.lines().filter(({ msg }) => msg === 'subscription')
    await expect.poll(ends).toHaveLength(20)
    expect(ends()[0]).toMatchObject({ outcome: 'left', events: 1, upstreamCalls: 0 })
  })

  test('with `complete` when the server is about to stop, which then takes no new one', async () => {
    const app = await startLiveApp()
    const stream = await subscribe(app.url)
    await tellUpdate(app)
    await stream.next()
    app.server.endSubscriptions()
    expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
    const { response } = await subscribe(app.url)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    // Nothing is left that would keep the listener from closing.
    expect(await closing(app.listener)).toBe('closed')
  })

  test('without a word of an event that it can not tell in full any more', async () => {
    const app = await startLiveApp()
    app.sandbox.inject({ provider: 'workos', kind: 'delay', delayMs: 300 })
    const stream = await subscribe(app.url, 'subscription { directoryEvents { organization { name } } }')
    const pending = stream.rest()
    await tellUpdate(app)
    await expect.poll(() => app.sandbox.calls.length).toBe(1)
    app.server.endSubscriptions()
    expect(await pending).toEqual([{ id: null, event: 'complete', data: '' }])
  })

  test('when its reader falls behind all that is kept, who is told so', async () => {
    const app = await startLiveApp({ maxEvents: 5 })
    const { response } = await subscribe('http://dirgraph.test/graphql', ANY_EVENT, {
      fetcher: app.server.fetch,
    })
    for (let turn = 0; turn < 50; turn += 1) await tellUpdate(app)
    await app.log.settled()
    const text = await response.text()
    expect(text.match(/^event: next$/gm)?.length).toBeLessThan(5)
    expect(text).toContain('"NOT_FOUND"')
    expect(text).toMatch(/event: complete\ndata:\n\n$/)
    expect(app.feed.status().subscribers).toBe(0)
  })

  test('when its client takes nothing off its connection, which is then broken off', async () => {
    const app = await startLiveApp({ heartbeatMs: 100 })
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => {
      socket.destroy()
    })
    socket.pause()
    const query =
      'subscription { directoryEvents { ... on DirectoryUserUpdatedEvent { user { customAttributes } } } }'
    const body = JSON.stringify({ query })
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await expect.poll(() => app.feed.status().subscribers).toBe(1)
    const large = { custom_attributes: { note: 'x'.repeat(150_000) } }
    // More than a connection holds, and less than is kept.
    for (let turn = 0; turn < 45; turn += 1) await tellUpdate(app, large)
    await expect.poll(() => app.feed.status().subscribers, { timeout: 10_000 }).toBe(0)
    const end = app.lines().find(({ msg }) => msg === 'subscription')
    expect(end).toMatchObject({ outcome: 'unread' })
    expect(await closing(app.listener)).toBe('closed')
  })
})
