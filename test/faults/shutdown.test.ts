import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { subscribe } from '../subscription/subscribe.ts'
import { fromWorkos, WORKOS_SECRET } from '../support/sign-webhooks.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { organizations } from './start-faults.ts'

interface Answer {
  readonly status: number
  readonly body: string
  readonly connection: string | undefined
}

/** By node:http, which, unlike fetch, repeats nothing and hides no connection that ends without an answer. */
function ask(url: string, agent: Agent, query: string | null = null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: query === null ? 'GET' : 'POST', headers: { 'content-type': 'application/json' } },
      async incoming => {
        let body = ''
        for await (const chunk of incoming) body += chunk
        resolve({ status: incoming.statusCode ?? 0, body, connection: incoming.headers.connection })
      },
    )
    outgoing.on('error', error => reject(Object.assign(error, { isFresh: !outgoing.reusedSocket })))
    outgoing.end(query === null ? undefined : JSON.stringify({ query }))
  })
}

async function startSlow(latencyMs: number, env: Record<string, string> = {}) {
  const sandbox = await startSandbox({ latencyMs })
  onTestFinished(() => sandbox.stop())
  const dirgraph = await spawnDirgraph({
    env: {
      WORKOS_API_KEY: sandbox.workos.apiKey,
      WORKOS_API_URL: sandbox.workos.url,
      DIRGRAPH_CACHE_TTL_SECONDS: '0',
      ...env,
    },
  })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return { sandbox, ...dirgraph, agent, ready: new URL('/ready', dirgraph.url).href }
}

test('21: it says that it stops, finishes what is under way, and ends with 0', async () => {
  const { sandbox, url, ready, agent, stop } = await startSlow(2_000, { DIRGRAPH_DRAIN_MS: '1000' })
  expect((await ask(ready, agent)).status).toBe(200)
  sandbox.clearCalls()
  const underWay = Array.from({ length: 20 }, (_, index) =>
    ask(url, agent, `{ ${organizations(index + 1)} }`),
  )
  await expect.poll(() => sandbox.calls.length).toBe(20)
  const ended = stop()
  // On a connection of its own, as a balancer's probe is.
  const probe = async () => JSON.parse((await ask(ready, new Agent())).body)
  await expect.poll(probe).toMatchObject({ status: 'stopping', providers: [] })
  expect((await ask(ready, new Agent())).status).toBe(503)
  const health = await ask(new URL('/health', url).href, new Agent())
  expect(health.status).toBe(200)
  for (const { status, body, connection } of await Promise.all(underWay)) {
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({ data: { organizations: { nodes: expect.any(Array) } } })
    expect(connection).toBe('close')
  }
  expect((await ended).code).toBe(0)
})

test('21: under load nobody gets an empty answer: every request is answered or finds the door closed', async () => {
  const { url, agent, stop } = await startSlow(20)
  let isOver = false
  let answered = 0
  const emptied: unknown[] = []
  const clients = Array.from({ length: 10 }, async (_, client) => {
    for (let turn = 0; !isOver; turn += 1) {
      try {
        const { body } = await ask(url, agent, `{ ${organizations((client * 7 + turn) % 100 || 1)} }`)
        expect(JSON.parse(body)).toHaveProperty('data.organizations.nodes')
        answered += 1
      } catch (error) {
        // A connection that the system made and nobody took any more is reset: the door was closed in front of it.
        const { code, isFresh } = error as NodeJS.ErrnoException & { isFresh?: boolean }
        const isClosedDoor = code === 'ECONNREFUSED' || (code === 'ECONNRESET' && isFresh)
        if (!isClosedDoor) emptied.push(error)
        return
      }
    }
  })
  await expect.poll(() => answered).toBeGreaterThan(50)
  const { code, stderr } = await stop()
  isOver = true
  await Promise.all(clients)
  expect(emptied).toEqual([])
  expect([code, stderr]).toEqual([0, ''])
})

test('21: it still answers for the time of the drain, on connections that end with the answer', async () => {
  const { url, ready, agent, stop } = await startSlow(0, { DIRGRAPH_DRAIN_MS: '1000' })
  // The agent keeps this connection, as a proxy does.
  expect((await ask(ready, agent)).connection).toBe('keep-alive')
  const ended = stop()
  await expect.poll(async () => (await ask(ready, new Agent())).status).toBe(503)
  for (let turn = 1; turn <= 3; turn += 1) {
    const { status, connection } = await ask(url, agent, `{ ${organizations(turn)} }`)
    expect([status, connection]).toEqual([200, 'close'])
  }
  expect((await ended).code).toBe(0)
  await expect(ask(ready, new Agent())).rejects.toThrow('ECONNREFUSED')
})

test('21: it takes the delivery that was on its way, tells its subscribers, and completes them after the drain', async () => {
  const { sandbox, url, ready, stop } = await startSlow(0, {
    WORKOS_WEBHOOK_SECRETS: WORKOS_SECRET,
    DIRGRAPH_DRAIN_MS: '1500',
  })
  const stream = await subscribe(url)
  const delivery = fromWorkos(workosEvent('dsync.user.deleted', workosSubject(sandbox.data).user))
  const body = await delivery.text()
  const headers = {
    ...Object.fromEntries(delivery.headers),
    'content-length': body.length,
    expect: '100-continue',
  }
  const sending = request(new URL('/webhooks/workos', url), { method: 'POST', headers })
  const acknowledged = new Promise(resolve => sending.on('response', ({ statusCode }) => resolve(statusCode)))
  // The server has begun with it, and has not got it yet.
  await new Promise(resolve => {
    sending.on('continue', resolve)
    sending.flushHeaders()
  })
  const ended = stop()
  await expect.poll(async () => (await ask(ready, new Agent())).status).toBe(503)
  sending.end(body)
  expect(await acknowledged).toBe(200)
  expect((await stream.next())?.data).toContain('USER_DELETED')
  expect(await stream.rest()).toEqual([{ id: null, event: 'complete', data: '' }])
  expect((await ended).code).toBe(0)
})

test('21: a second signal ends it at once, whatever is under way', async () => {
  const { sandbox, url, agent, stop } = await startSlow(9_000, { DIRGRAPH_DRAIN_MS: '600000' })
  const answer = ask(url, agent, `{ ${organizations(1)} }`)
  const cut = expect(answer).rejects.toThrow('socket hang up')
  await expect.poll(() => sandbox.calls.length).toBe(1)
  stop()
  await wait(600)
  expect((await stop()).code).toBe(1)
  await cut
})

test('21: what it still waits for itself does not keep it, once everybody has their answer', async () => {
  const { sandbox, ready, stop } = await startSlow(0)
  sandbox.inject({ provider: 'workos', kind: 'hang' })
  const probe = new Agent()
  const answer = ask(ready, probe).catch(String)
  await expect.poll(() => sandbox.calls.length).toBe(1)
  probe.destroy()
  expect(await answer).toMatch('socket hang up')
  const startedAt = performance.now()
  expect((await stop()).code).toBe(0)
  // The probe's first attempt alone has four seconds.
  expect(performance.now() - startedAt).toBeLessThan(3_000)
})
