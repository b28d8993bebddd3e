import { Agent, request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { startProxy } from '../support/proxy.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { organizations } from './start-faults.ts'

const CLIENTS = 12

/** Two replicas as processes on one sandbox, behind a proxy, and clients that ask without pause. */
async function startUnderLoad({ keepAlive = false, drainMs = 0 } = {}) {
  const sandbox = await startSandbox({ latencyMs: 30 })
  onTestFinished(() => sandbox.stop())
  const env = {
    WORKOS_API_KEY: sandbox.workos.apiKey,
    WORKOS_API_URL: sandbox.workos.url,
    DIRGRAPH_CACHE_TTL_SECONDS: '0',
    DIRGRAPH_DRAIN_MS: String(drainMs),
  }
  const [one, two] = await Promise.all([spawnDirgraph({ env }), spawnDirgraph({ env })])
  const replicas = [one, two].map(({ url }) => new URL(url).origin)
  const proxy = await startProxy({ replicas, keepAlive })
  onTestFinished(() => proxy.stop())
  expect(proxy.ready()).toEqual(replicas)

  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  onTestFinished(() => agent.destroy())
  const failed: string[] = []
  let answered = 0
  let isOver = false
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = 0; !isOver; turn += 1) {
      const id = `${client}-${turn}`
      const answer = await ask(`${proxy.url}/graphql`, agent, id, (turn % 50) + 1).catch(String)
      if (answer === 'right') answered += 1
      else failed.push(id)
    }
  })
  return {
    one,
    first: replicas[0],
    second: replicas[1],
    proxy,
    failed,
    /** Waits until so many more have been answered. */
    async answers(count: number) {
      const goal = answered + count
      await expect.poll(() => answered).toBeGreaterThan(goal)
    },
    async end() {
      isOver = true
      await Promise.all(clients)
    },
  }
}

/** Whether it was answered right, or else how; by node:http, which repeats nothing. */
function ask(url: string, agent: Agent, id: string, first: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-request-id': id }
    const outgoing = request(url, { agent, method: 'POST', headers }, async incoming => {
      try {
        let body = ''
        for await (const chunk of incoming) body += chunk
        const { data, errors } = JSON.parse(body)
        resolve(data.organizations.nodes.length > 0 && errors === undefined ? 'right' : body)
      } catch (error) {
        reject(error)
      }
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify({ query: `{ ${organizations(first)} }` }))
  })
}

test('a replica that is told to stop loses no request', async () => {
  const { one, first, second, proxy, failed, answers, end } = await startUnderLoad({
    keepAlive: true,
    drainMs: 1_000,
  })
  await answers(50)
  const inUse = () => new Set(proxy.underWay().map(({ replica }) => replica))
  await expect.poll(inUse, { interval: 5 }).toEqual(new Set([first, second]))
  const ended = one.stop()
  await expect.poll(() => proxy.ready()).toEqual([second])
  // It was not found shut: it has said so.
  expect((await fetch(`${first}/ready`)).status).toBe(503)
  expect((await ended).code).toBe(0)
  await answers(50)
  await end()
  expect(failed).toEqual([])
})

test('a replica that is killed loses the requests that it had, and no other', async () => {
  const { one, first, second, proxy, failed, answers, end } = await startUnderLoad()
  await answers(50)
  await one.stop('SIGKILL')
  const diedAtMs = performance.now()
  await expect.poll(() => proxy.ready()).toEqual([second])
  await answers(50)
  await end()
  const lost = proxy.lost().map(({ requestId }) => requestId)
  expect(failed.toSorted()).toEqual(lost.toSorted())
  expect(failed.length).toBeGreaterThan(0)
  expect(new Set(proxy.lost().map(({ replica }) => replica))).toEqual(new Set([first]))
  // What it had when it died, or took while it died: nothing that came later was given to it and lost.
  expect(proxy.lost().filter(({ sentAtMs }) => sentAtMs > diedAtMs)).toEqual([])
})
