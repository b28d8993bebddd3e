import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { isLeftOut } from '../support/left-out.ts'
import { runDirgraph, spawnDirgraph } from '../support/spawn-dirgraph.ts'

async function ask(url: string, query: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return response.json()
}

async function sandboxSettings() {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.stop())
  return {
    workos: { WORKOS_API_KEY: sandbox.workos.apiKey, WORKOS_API_URL: sandbox.workos.url },
    scalekit: {
      SCALEKIT_ENVIRONMENT_URL: sandbox.scalekit.environmentUrl,
      SCALEKIT_CLIENT_ID: sandbox.scalekit.clientId,
      SCALEKIT_CLIENT_SECRET: sandbox.scalekit.clientSecret,
    },
  }
}

describe('without settings', () => {
  test('starts on the sandbox and says so, with the address of GraphiQL and a query to try', async () => {
    const { greeting, url, stderr } = await spawnDirgraph()
    expect(greeting).toContain('dirgraph runs on its built-in sandbox')
    expect(greeting).not.toContain('changes by itself')
    expect(greeting).toMatch(/GraphiQL +http:\/\/127\.0\.0\.1:\d+\/graphql/)
    expect(greeting).toContain('curl ')
    expect(stderr()).toBe('')

    const { data } = await ask(url, '{ organizations(first: 1) { nodes { name } } }')
    expect(data).toEqual({ organizations: { nodes: [{ name: 'Nimbus Freight' }] } })
    const page = await fetch(url, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('<title>dirgraph</title>')
    const { status } = await fetch(new URL('/console', url))
    expect(status).toBe(greeting.includes('/console ') ? 200 : 503)
  })

  test('prints the port that it got where any free one was asked for', async () => {
    const { url } = await spawnDirgraph({ env: { PORT: '0' } })
    expect(Number(new URL(url).port)).toBeGreaterThan(0)
    expect((await fetch(new URL('/health', url))).status).toBe(200)
  })

  test('lets the sandbox change by itself where asked to, and says so', async () => {
    const env = { DIRGRAPH_SANDBOX_CHANGES: 'true' }
    const { greeting, url, stop } = await spawnDirgraph({ env })
    expect(greeting).toContain('\nIt changes by itself: ')
    const query = '{ organizations(first: 2) { nodes { name directories { nodes { state } } } } }'
    // A directory that is being set up is activated first of all.
    const states = async () => {
      const { data } = await ask(url, query)
      return data.organizations.nodes[1].directories.nodes[0].state
    }
    await expect.poll(states, { timeout: 20_000 }).toBe('ACTIVE')
    expect(await stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('prints an address that can be opened where it listens on all', async () => {
    const { url } = await spawnDirgraph({ env: { HOST: '0.0.0.0' } })
    expect(new URL(url).hostname).toBe('localhost')
  })
})

describe('with one provider set up', () => {
  test('serves WorkOS alone, without GraphiQL', async () => {
    const { workos } = await sandboxSettings()
    const { greeting, url } = await spawnDirgraph({ env: workos })
    expect(greeting).toContain('dirgraph reads WorkOS.\n')
    expect(greeting).not.toContain('GraphiQL')

    const { data, errors } = await ask(url, '{ providers { provider } organizations { nodes { provider } } }')
    expect(errors).toBeUndefined()
    expect(data.providers).toEqual([{ provider: 'WORKOS' }])
    expect(new Set(data.organizations.nodes.map((node: { provider: string }) => node.provider))).toEqual(
      new Set(['WORKOS']),
    )
    const page = await fetch(url, { headers: { accept: 'text/html' } })
    expect(await page.text()).not.toContain('<title>')
  })

  test('serves Scalekit alone', async () => {
    const { scalekit } = await sandboxSettings()
    const { greeting, url } = await spawnDirgraph({ env: scalekit })
    expect(greeting).toContain('dirgraph reads Scalekit.\n')

    const { data, errors } = await ask(url, '{ providers { provider } organizations { nodes { provider } } }')
    expect(errors).toBeUndefined()
    expect(data.providers).toEqual([{ provider: 'SCALEKIT' }])
    expect(data.organizations.nodes).not.toEqual([])
  })

  test('serves both where both are set up', async () => {
    const { workos, scalekit } = await sandboxSettings()
    const { greeting } = await spawnDirgraph({ env: { ...workos, ...scalekit } })
    expect(greeting).toContain('dirgraph reads WorkOS and Scalekit.\n')
  })
})

describe('with wrong settings', () => {
  test('ends with 1 and a line for each mistake on standard error, without a secret', async () => {
    const { code, stdout, stderr } = await runDirgraph({
      env: {
        PORT: 'eighty',
        DIRGRAPH_GRAPHIQL: 'on',
        WORKOS_API_KEY: 'sk_live_hidden one',
        SCALEKIT_CLIENT_SECRET: 'hidden\ntwo',
      },
    })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n')).toEqual([
      'PORT is `eighty`; it may be a port number, 0 to 65535.',
      'WORKOS_API_KEY is set to something that can not be used; it may be an API key without white space.',
      'SCALEKIT_CLIENT_SECRET is set to something that can not be used; it may be a client secret without white space.',
      'DIRGRAPH_GRAPHIQL is `on`; it may be `true` or `false`.',
      expect.stringMatching(/^SCALEKIT_ENVIRONMENT_URL is not set;/),
      expect.stringMatching(/^SCALEKIT_CLIENT_ID is not set;/),
    ])
    expect(stderr).not.toContain('hidden')
  })

  test('warns of a name that it does not know, and starts', async () => {
    const { stderr } = await spawnDirgraph({ env: { DIRGRAPH_GRAPHQL: 'true' } })
    expect(stderr()).toBe('Warning: DIRGRAPH_GRAPHQL is no setting of dirgraph; it is ignored.\n')
  })

  test('names a setting that is misspelt when it does not start, since that may be why', async () => {
    const env = { WORKOS_API_KEY: 'sk_x', HOST: '0.0.0.0', DIRGRAPH_ADMIN_TOKN: 'x' }
    const { code, stderr } = await runDirgraph({ env })
    const [warning, mistake] = stderr.split('\n')
    expect(code).toBe(1)
    expect(warning).toBe('Warning: DIRGRAPH_ADMIN_TOKN is no setting of dirgraph; it is ignored.')
    expect(mistake).toContain('set DIRGRAPH_ADMIN_TOKEN')
  })

  test('says in a line that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }

    const { code, stderr } = await runDirgraph({ env: { PORT: String(port) } })
    expect(code).toBe(1)
    expect(stderr).toBe(`PORT ${port} is in use by another program; set PORT to a free one.\n`)
  })

  test('says in a line that the host is none of this machine', async () => {
    // 192.0.2.0/24 is kept for documentation; nobody has an address in it.
    const { code, stderr } = await runDirgraph({ env: { HOST: '192.0.2.1' } })
    expect(code).toBe(1)
    expect(stderr).toBe('HOST 192.0.2.1 is no address of this machine.\n')
  })

  test('tells in plain text what it does with a command and without one', async () => {
    const { code, stdout } = await runDirgraph({ args: ['--help'] })
    expect(code).toBe(0)
    expect(stdout).toMatch(/Without a command it starts the server.*export +Writes directories/s)
    expect(stdout).not.toContain('\u001b')
  })

  test('refuses an argument, for its settings come from the environment', async () => {
    const { code, stderr } = await runDirgraph({ args: ['--port=80'] })
    expect(code).toBe(1)
    expect(stderr).toBe(
      'dirgraph does not know `--port=80`: it takes its settings from the environment. `dirgraph --help` lists its commands.\n',
    )
  })
})

describe('without a reader', () => {
  test('of its start message, ends with 0 and without a word', async () => {
    expect(await runDirgraph({ isUnread: true })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('of its log, finishes what is under way and ends with 0', async () => {
    const sandbox = await startSandbox({ latencyMs: 500 })
    onTestFinished(() => sandbox.stop())
    const { url, leave } = await spawnDirgraph({
      env: {
        LOG_LEVEL: 'info',
        WORKOS_API_KEY: sandbox.workos.apiKey,
        WORKOS_API_URL: sandbox.workos.url,
      },
    })
    const answer = ask(url, '{ organizations(first: 1) { nodes { name } } }')
    await expect.poll(() => sandbox.calls.length).toBe(1)
    const ended = leave()
    // It finds out by the next line that it writes.
    await ask(url, '{ __typename }')
    expect(await answer).toEqual({ data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } } })
    expect((await ended).code).toBe(0)
  })
})

describe('on a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends on %s with 0 and frees the port', async signal => {
    const { url, stop } = await spawnDirgraph()
    // A client that keeps its connection must not keep the server.
    await ask(url, '{ __typename }')
    const { code, stderr } = await stop(signal)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    await spawnDirgraph({ env: { PORT: new URL(url).port } })
  })

  test('ends with 0 also where it talks to providers, whose connections are kept open', async () => {
    const { workos, scalekit } = await sandboxSettings()
    const { url, stop } = await spawnDirgraph({ env: { ...workos, ...scalekit } })
    await ask(url, '{ organizations { nodes { name } } }')
    expect((await stop()).code).toBe(0)
  })

  describe('with an answer under way', () => {
    async function startAsking() {
      const sandbox = await startSandbox({ latencyMs: 500 })
      onTestFinished(() => sandbox.stop())
      const dirgraph = await spawnDirgraph({
        env: { WORKOS_API_KEY: sandbox.workos.apiKey, WORKOS_API_URL: sandbox.workos.url },
      })
      const answer = ask(dirgraph.url, '{ organizations(first: 1) { nodes { name } } }')
      await expect.poll(() => sandbox.calls.length).toBeGreaterThan(0)
      return { ...dirgraph, answer }
    }
    const expected = { data: { organizations: { nodes: [{ name: 'Nimbus Freight' }] } } }

    test('lets it finish first', async () => {
      const { stop, answer } = await startAsking()
      const ended = stop()
      expect(await answer).toEqual(expected)
      expect((await ended).code).toBe(0)
    })

    test('takes two signals at once for one, as npm makes of Ctrl-C', async () => {
      const { pid, stop, answer } = await startAsking()
      const ended = stop('SIGINT')
      // Another signal than the first, for two of the same at once may arrive as one.
      process.kill(pid, 'SIGTERM')
      expect(await answer).toEqual(expected)
      expect((await ended).code).toBe(0)
    })
  })

  test('ends with npm, which does not hand the signal on', async () => {
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const { url, stop } = await spawnDirgraph({ node: 'npm', program: 'start', cwd, isGroup: true })
    // It holds the output open until it ends itself.
    await stop()
    await expect(fetch(url)).rejects.toThrow()
  })
})

describe('on an old Node', () => {
  const oldNode = findOldNode()
  const why = oldNode ? null : 'there is no Node before 22.19 on the PATH'

  test.skipIf(isLeftOut('dirgraph on an old Node', why))('ends with 1 and says which it needs', async () => {
    const { code, stdout, stderr } = await runDirgraph({ node: oldNode ?? 'no old node' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^dirgraph needs Node 22\.19 or newer; this is v\d+\.\d+\.\d+\.\n$/)
  })
})

/** A Node on the PATH that is too old for dirgraph; npm puts the pinned one in front of it. */
function findOldNode(): string | undefined {
  const nodes = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'node'))
  return nodes.filter(existsSync).find(node => {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' })
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
    return major < 22 || (major === 22 && minor < 19)
  })
}
