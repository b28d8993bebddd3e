import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { runDirgraph, spawnDirgraph } from '../support/spawn-dirgraph.ts'
import { ADMIN_TOKEN } from './start-guarded-app.ts'

const QUERY = '{ organizations(first: 1) { nodes { name } } }'
const TO_THIS_MACHINE = 'it answers to programs on this machine only'

/** The settings of a WorkOS account that is none of the program's own sandbox. */
async function workosSettings() {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.stop())
  return { sandbox, env: { WORKOS_API_KEY: sandbox.workos.apiKey, WORKOS_API_URL: sandbox.workos.url } }
}

/** Asks under another name than the address has, as a page does whose name was pointed at it. */
async function askAs(host: string, url: string, headers: Record<string, string> = {}) {
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', host, ...headers },
  })
  sent.end(JSON.stringify({ query: QUERY }))
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject)
  })
  return { status: response.statusCode, body: await text(response) }
}

describe('without tokens', () => {
  test('the sandbox is served to everybody, and says that it is one', async () => {
    const { greeting, url } = await spawnDirgraph({ env: { HOST: '0.0.0.0' } })
    expect(greeting).toContain('dirgraph runs on its built-in sandbox')
    expect(greeting).not.toContain(TO_THIS_MACHINE)
    const port = new URL(url).port
    expect((await askAs('any.example', `http://127.0.0.1:${port}/graphql`)).status).toBe(200)
  })

  test('real accounts are served on loopback, and it is said that this is so', async () => {
    const { env } = await workosSettings()
    const { greeting, url } = await spawnDirgraph({ env })
    expect(greeting).toContain(`Nobody is asked for a token, so ${TO_THIS_MACHINE}.`)
    for (const host of [new URL(url).host, 'localhost', 'LOCALHOST:1', '[::1]:4000', '127.8.8.8']) {
      expect((await askAs(host, url)).status, host).toBe(200)
    }
  })

  test.for([
    'attacker.example',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    'localhost.',
    '0.0.0.0',
    '192.168.0.1',
    '[::ffff:10.0.0.1]',
    'xn--lcalhost-54a',
  ])('they are not served to a page that calls this machine %s', async host => {
    const { env, sandbox } = await workosSettings()
    const { url } = await spawnDirgraph({ env })
    const { status, body } = await askAs(host, url)
    expect(status).toBe(421)
    expect(body).toContain('DIRGRAPH_ADMIN_TOKEN')
    expect((await askAs(host, `${url}?query=${encodeURIComponent(QUERY)}`)).status).toBe(421)
    expect(sandbox.calls).toEqual([])
  })

  test.for(['0.0.0.0', '::', '192.168.0.1', 'api.example.com', '127.0.0.1.example.com', 'localhost.example'])(
    'they are not served on %s: one line says what to set',
    async HOST => {
      const { env } = await workosSettings()
      const { code, stdout, stderr } = await runDirgraph({ env: { ...env, HOST } })
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toBe(
        'HOST is no loopback address and nobody would need a token: set DIRGRAPH_ADMIN_TOKEN, or DIRGRAPH_JWKS_URL and what belongs to it.\n',
      )
    },
  )
})

describe('with a token', () => {
  test('real accounts are served on every address, under every name, to whoever has it', async () => {
    const { env } = await workosSettings()
    const { greeting, url } = await spawnDirgraph({
      env: { ...env, HOST: '0.0.0.0', DIRGRAPH_ADMIN_TOKEN: ADMIN_TOKEN },
    })
    expect(greeting).not.toContain(TO_THIS_MACHINE)
    expect(greeting).not.toContain(ADMIN_TOKEN)
    const address = `http://127.0.0.1:${new URL(url).port}/graphql`
    expect((await askAs('api.example.com', address)).status).toBe(401)
    const withToken = await askAs('api.example.com', address, { authorization: `Bearer ${ADMIN_TOKEN}` })
    expect(withToken.status).toBe(200)
  })

  test('the sandbox asks for it as well', async () => {
    const { url } = await spawnDirgraph({ env: { DIRGRAPH_ADMIN_TOKEN: ADMIN_TOKEN } })
    expect((await askAs('localhost', url)).status).toBe(401)
    expect((await askAs('localhost', url, { authorization: `Bearer ${ADMIN_TOKEN}` })).status).toBe(200)
  })

  test('user tokens that are set up by half are one line for each that is missing', async () => {
    const { env } = await workosSettings()
    const { code, stderr } = await runDirgraph({
      env: { ...env, DIRGRAPH_JWKS_URL: 'https://issuer.test/keys' },
    })
    expect(code).toBe(1)
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .map(line => line.split(' ')[0]),
    ).toEqual(['DIRGRAPH_JWT_ISSUER', 'DIRGRAPH_JWT_AUDIENCE', 'DIRGRAPH_JWT_PROVIDER'])
  })
})
