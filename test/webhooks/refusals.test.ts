import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuthenticate } from '../../src/callers/authenticate.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { listen } from '../../src/server/listen.ts'
import { scalekitEvent, scalekitSubject, workosEvent, workosSubject } from '../providers/event-samples.ts'
import { anyCall } from '../support/any-call.ts'
import { fromScalekit, fromWorkos, SCALEKIT_SECRET, WORKOS_SECRET } from '../support/sign-webhooks.ts'
import { type Receiver, startReceiver } from './start-receiver.ts'

const MINUTE = 60_000

let sandbox: Sandbox
let receiver: Receiver
beforeAll(async () => {
  sandbox = await startSandbox()
})
beforeEach(() => {
  sandbox.clearCalls()
  receiver = startReceiver(sandbox)
})
afterEach(() => receiver.stop())
afterAll(() => sandbox.stop())

const aUserLeft = () => workosEvent('dsync.user.deleted', workosSubject(sandbox.data).user)
const aGroupCame = () =>
  scalekitEvent('organization.directory.group_created', scalekitSubject(sandbox.data).groupData)

/** The request with a header taken away, or set to something else. */
function withHeader(request: Request, name: string, value: string | null): Request {
  const changed = new Request(request)
  if (value === null) changed.headers.delete(name)
  else changed.headers.set(name, value)
  return changed
}

function withBody(request: Request, body: string): Request {
  return new Request(request.url, { method: 'POST', headers: request.headers, body })
}

/** Each delivery that is refused: why, with which status. */
const REFUSED: readonly (readonly [string, () => Request, status: number, reason: string])[] = [
  ['signed with another secret', () => fromWorkos(aUserLeft(), { secret: 'other' }), 400, 'wrong-signature'],
  [
    'signed with another secret, at Scalekit',
    () => fromScalekit(aGroupCame(), { secret: 'whsec_b3RoZXI=' }),
    400,
    'wrong-signature',
  ],
  [
    'without a signature',
    () => withHeader(fromWorkos(aUserLeft()), 'workos-signature', null),
    400,
    'missing-header',
  ],
  [
    'without a signature, at Scalekit',
    () => withHeader(fromScalekit(aGroupCame()), 'webhook-signature', null),
    400,
    'missing-header',
  ],
  [
    'with a signature that is none',
    () => withHeader(fromWorkos(aUserLeft()), 'workos-signature', 'v1=00'),
    400,
    'malformed-header',
  ],
  [
    'with a signature that is none, at Scalekit',
    () => withHeader(fromScalekit(aGroupCame()), 'webhook-signature', 'v2,AA=='),
    400,
    'malformed-header',
  ],
  ['of four minutes ago', () => fromWorkos(aUserLeft(), { atMs: Date.now() - 4 * MINUTE }), 400, 'too-old'],
  [
    'of six minutes ago, at Scalekit',
    () => fromScalekit(aGroupCame(), { atMs: Date.now() - 6 * MINUTE }),
    400,
    'too-old',
  ],
  [
    'of in four minutes',
    () => fromWorkos(aUserLeft(), { atMs: Date.now() + 4 * MINUTE }),
    400,
    'from-the-future',
  ],
  [
    'of in six minutes, at Scalekit',
    () => fromScalekit(aGroupCame(), { atMs: Date.now() + 6 * MINUTE }),
    400,
    'from-the-future',
  ],
  [
    'with a space more than was signed',
    () => withBody(fromWorkos(aUserLeft()), `${JSON.stringify(aUserLeft())} `),
    400,
    'wrong-signature',
  ],
  [
    'of the one provider at the other',
    () => new Request('http://dirgraph.test/webhooks/scalekit', fromWorkos(aUserLeft())),
    400,
    'missing-header',
  ],
  ['that is no JSON', () => fromWorkos('{"id":'), 400, 'no-json'],
  ['that is empty', () => fromScalekit(''), 400, 'no-json'],
  ['that is no event', () => fromWorkos([]), 400, 'no-event'],
  ['without an id', () => fromWorkos({ ...aUserLeft(), id: undefined }), 400, 'no-event'],
  [
    'without an id, at Scalekit',
    () => fromScalekit({ ...aGroupCame(), occurred_at: 'soon' }),
    400,
    'no-event',
  ],
  [
    'larger than 256 KiB',
    () => fromWorkos({ ...aUserLeft(), padding: 'x'.repeat(256 * 1_024) }),
    413,
    'too-large',
  ],
]

describe('a delivery', () => {
  test.each(REFUSED)('%s is refused, with one line and without effect', async (_, build, status, reason) => {
    const response = await receiver.fetch(build())
    expect(response.status).toBe(status)
    expect(receiver.logged).toEqual([])
    expect(receiver.lines()).toMatchObject([{ level: 40, msg: 'webhook refused', status, reason }])
    const said = `${await response.text()}${JSON.stringify(receiver.lines())}`
    const { user } = workosSubject(sandbox.data)
    for (const secret of [WORKOS_SECRET, SCALEKIT_SECRET, user.id, user.email ?? '@']) {
      expect(said).not.toContain(secret)
    }
  })

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'by %s is refused, with the method to use, were it from a page whose origin is named',
    async method => {
      await receiver.stop()
      const origin = 'https://app.example.com'
      receiver = startReceiver(sandbox, { allowedOrigins: [origin] })
      const request = new Request('http://dirgraph.test/webhooks/workos', { method, headers: { origin } })
      const response = await receiver.fetch(request)
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('POST')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(receiver.lines()).toMatchObject([{ msg: 'webhook refused', reason: 'wrong-method' }])
    },
  )

  test('of a kind that is not known is acknowledged, and no more than its kind is logged', async () => {
    const answers = [
      await receiver.fetch(fromWorkos(workosEvent('dsync.token.created', { token_suffix: 'hidden' }))),
      await receiver.fetch(fromScalekit({ type: 'organization.created', display_name: 'hidden' })),
      await receiver.fetch(fromWorkos({ event: 'a\nhidden line' })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(receiver.logged).toEqual([])
    expect(receiver.lines()).toMatchObject([
      { msg: 'event of an unknown kind', provider: 'workos', kind: 'dsync.token.created' },
      { msg: 'event of an unknown kind', provider: 'scalekit', kind: 'organization.created' },
      { msg: 'event of an unknown kind', provider: 'workos', kind: 'no readable name' },
    ])
    expect(JSON.stringify(receiver.lines())).not.toContain('hidden')
  })

  test('that comes again is acknowledged again, and logged once', async () => {
    const statuses = []
    for (const delivery of [fromWorkos(aUserLeft()), fromWorkos(aUserLeft()), fromScalekit(aGroupCame())]) {
      statuses.push((await receiver.fetch(delivery)).status)
    }
    expect(statuses).toEqual([200, 200, 200])
    expect(receiver.logged).toEqual([aUserLeft().id, aGroupCame().id])
    expect(receiver.lines()).toEqual([])
  })

  test('that is replayed to the letter is acknowledged and has no second effect', async () => {
    const delivery = fromWorkos(aUserLeft())
    await receiver.fetch(delivery.clone())
    expect((await receiver.fetch(delivery)).status).toBe(200)
    expect(receiver.logged).toHaveLength(1)
  })

  test('that can not be kept is to be sent again, and what it contradicts is dropped all the same', async () => {
    const { workos } = receiver
    const { user, directory } = workosSubject(sandbox.data)
    const key = `workos:${directory.organization_id}:${directory.id}:${user.id}` as never
    const find = () => workos.findUsers([{ key, detail: 'basic' }], anyCall())
    await find()
    await find()
    expect(sandbox.calls).toHaveLength(1)
    receiver.breakLog()
    const response = await receiver.fetch(fromWorkos(aUserLeft()))
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(receiver.lines()).toMatchObject([
      { msg: 'webhook refused', status: 503, reason: 'log-unavailable' },
    ])
    await find()
    expect(sandbox.calls).toHaveLength(2)
  })

  test('whose rest can not be read is acknowledged, and everything of its provider is asked again', async () => {
    const { workos } = receiver
    const list = () =>
      workos.listOrganizations(
        {
          page: { direction: 'forward', limit: 3, cursor: null },
          provider: null,
          externalId: null,
          search: null,
        },
        anyCall(),
      )
    await list()
    expect((await receiver.fetch(fromWorkos(workosEvent('dsync.user.deleted', { id: 7 })))).status).toBe(200)
    await expect
      .poll(() => receiver.lines())
      .toMatchObject([{ level: 40, msg: 'unreadable event', provider: 'workos', field: 'data.id' }])
    await list()
    expect(sandbox.calls).toHaveLength(2)
  })
})

test('a delivery that says itself that it is too large is refused before any of it has come', async () => {
  const body = new ReadableStream()
  const headers = { 'content-length': '262145' }
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
  const response = await receiver.fetch(new Request('http://dirgraph.test/webhooks/workos', init))
  expect(response.status).toBe(413)
})

describe('the routes', () => {
  test('need no token where operations do, since the signature is one', async () => {
    await receiver.stop()
    const authenticate = createAuthenticate({ adminToken: 'a-token-for-the-admin', userTokens: null })
    receiver = startReceiver(sandbox, { authenticate })
    expect((await receiver.fetch(fromWorkos(aUserLeft()))).status).toBe(200)
    const withoutToken = new Request('http://dirgraph.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{__typename}"}',
    })
    expect((await receiver.fetch(withoutToken)).status).toBe(401)
  })

  test('need no name of this machine where all else does', async () => {
    await receiver.stop()
    receiver = startReceiver(sandbox, { onlyLoopback: true })
    expect((await receiver.fetch(fromWorkos(aUserLeft()))).status).toBe(200)
    expect((await receiver.fetch(new Request('http://dirgraph.test/graphql'))).status).toBe(421)
  })

  test('take a delivery of whatever type, which a page could not sign', async () => {
    const delivery = withHeader(fromWorkos(aUserLeft()), 'content-type', 'text/plain')
    expect((await receiver.fetch(withHeader(delivery, 'origin', 'https://a.example'))).status).toBe(200)
  })

  test('are not there without secrets', async () => {
    await receiver.stop()
    receiver = startReceiver(sandbox, { webhooks: { verifiers: new Map(), take: async () => 'unknown' } })
    for (const delivery of [fromWorkos(aUserLeft()), fromScalekit(aGroupCame())]) {
      expect((await receiver.fetch(delivery)).status).toBe(404)
      const question = new Request(delivery.url, { method: 'OPTIONS' })
      expect((await receiver.fetch(question)).status).toBe(404)
    }
    expect(receiver.lines()).toEqual([])
  })
})

test('a delivery that its sender breaks off is no failure of ours', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const listener = await listen(receiver.fetch, { host: '127.0.0.1', port: 0 })
  try {
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
    const head = [
      'POST /webhooks/workos HTTP/1.1',
      'host: dirgraph.test',
      'content-length: 1000',
      '',
      '{"id":',
    ]
    socket.write(head.join('\r\n'))
    await sleep(50)
    socket.destroy()
    await expect.poll(() => receiver.lines(), { interval: 5 }).not.toEqual([])
    await sleep(20)
    expect(receiver.lines()).toMatchObject([
      { level: 40, msg: 'webhook refused', status: 400, reason: 'broken-off' },
    ])
    expect(unhandled).toEqual([])
    expect(receiver.logged).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
    await listener.close(0)
  }
})

test('over a real connection, a body that does not say how long it is ends at the limit', async () => {
  const listener = await listen(receiver.fetch, { host: '127.0.0.1', port: 0 })
  try {
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 20) controller.close()
        else controller.enqueue(new Uint8Array(64 * 1_024))
      },
    })
    const tooLong = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect((await fetch(`${listener.url}/webhooks/workos`, tooLong)).status).toBe(413)
    expect(receiver.lines()).toMatchObject([{ msg: 'webhook refused', reason: 'too-large' }])
    const signed = fromWorkos(aUserLeft())
    const answer = await fetch(`${listener.url}/webhooks/workos`, {
      method: 'POST',
      headers: signed.headers,
      body: await signed.text(),
    })
    expect(answer.status).toBe(200)
  } finally {
    await listener.close(0)
  }
})
