import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { workosEvent, workosSubject } from '../providers/event-samples.ts'
import { subscribe } from '../subscription/subscribe.ts'
import { isLeftOut } from '../support/left-out.ts'
import { type ServedApp, serveApp } from '../support/serve-app.ts'
import { fromWorkos, WEBHOOKS } from '../support/sign-webhooks.ts'
import { textOf } from './read-deployment.ts'

const HAPROXY = '/usr/sbin/haproxy'
const WHAT = 'the configuration of HAProxy'
const why = existsSync(HAPROXY) ? null : `there is no ${HAPROXY}`
const CONFIGURATION = textOf('deploy/haproxy.cfg')

/** The path of a file with this in it, for as long as the test. */
function write(configuration: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'dirgraph-haproxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'haproxy.cfg'), configuration)
  return join(folder, 'haproxy.cfg')
}

/** What HAProxy says against a configuration, with its exit code. */
function check(configuration: string): { code: number | null; mistakes: string } {
  const { status, stderr } = spawnSync(HAPROXY, ['-c', '-q', '-f', write(configuration)], {
    encoding: 'utf8',
  })
  return { code: status, mistakes: stderr }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

/** The shipped configuration at work, on loopback and before replicas that no name service knows. */
async function startHaproxy(replicas: readonly ServedApp[]): Promise<string> {
  const port = await freePort()
  const servers = replicas.map(({ origin }, index) => `    server replica${index} ${new URL(origin).host}`)
  const configuration = CONFIGURATION.replace('bind :8080', `bind 127.0.0.1:${port}`).replace(
    / +server-template .*/,
    servers.join('\n'),
  )
  const child = spawn(HAPROXY, ['-db', '-f', write(configuration)], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  await expect.poll(() => statusOf(`${url}/health`)).toBe(200)
  return url
}

/** On a connection of its own; 0 where there is none. */
async function statusOf(url: string): Promise<number> {
  const init = { headers: { connection: 'close', 'apollo-require-preflight': 'true' } }
  return fetch(url, init).then(
    ({ status }) => status,
    () => 0,
  )
}

async function serve(): Promise<ServedApp> {
  const app = await serveApp({ dirgraph: { webhooks: WEBHOOKS } })
  onTestFinished(() => app.stop())
  return app
}

const QUERY = `/graphql?query=${encodeURIComponent('{ organizations(first: 1) { nodes { name } } }')}`

describe.skipIf(isLeftOut(WHAT, why))(WHAT, () => {
  test('is one', () => {
    expect(check(CONFIGURATION)).toEqual({ code: 0, mistakes: '' })
  })

  test('would be refused with a mistake in it', () => {
    expect(check(CONFIGURATION.replace('option httpchk', 'option httpcheck')).code).toBe(1)
    expect(check(CONFIGURATION.replace('default_backend replicas', 'default_backend replica')).code).toBe(1)
  })

  test('sends requests to the replicas that are ready, and to one that stops no more', async () => {
    const [one, two] = [await serve(), await serve()]
    const url = await startHaproxy([one, two])
    const askBoth = async () => {
      expect(await statusOf(`${url}${QUERY}`)).toBe(200)
      return Math.min(one.sandbox.calls.length, two.sandbox.calls.length)
    }
    await expect.poll(askBoth).toBeGreaterThan(0)

    one.dirgraph.beginStop()
    const askIdle = async () => {
      one.sandbox.clearCalls()
      for (let turn = 0; turn < 4; turn += 1) expect(await statusOf(`${url}${QUERY}`)).toBe(200)
      return one.sandbox.calls.length
    }
    await expect.poll(askIdle).toBe(0)
  })

  test('lets deliveries in, and hands on what subscribers are told as it comes', async () => {
    const app = await serve()
    const url = await startHaproxy([app])
    const stream = await subscribe(`${url}/graphql`)
    for (const id of ['event_01ONE', 'event_01TWO']) {
      const event = workosEvent('dsync.group.updated', workosSubject(app.sandbox.data).group, { id })
      const { status } = await fetch(new Request(`${url}/webhooks/workos`, fromWorkos(event)))
      expect(status).toBe(200)
      expect((await stream.next())?.data).toContain('"kind":"GROUP_UPDATED"')
    }
    stream.leave()
  })

  test('keeps from the outside what is for whoever is inside', async () => {
    const url = await startHaproxy([await serve()])
    expect(await statusOf(`${url}/ready`)).toBe(404)
    expect(await statusOf(`${url}/metrics`)).toBe(404)
  })
})
