import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { startIssuer } from '../support/issue-tokens.ts'
import { isLeftOut } from '../support/left-out.ts'
import { spawnDirgraph } from '../support/spawn-dirgraph.ts'

const DOCUMENT = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')

/** Where the document says that the server listens; the test's own address takes its place. */
const ADDRESS = 'http://127.0.0.1:4000'

const isCurlMissing = spawnSync('curl', ['--version']).status !== 0
const isShellLeftOut = isLeftOut(
  'curl commands of docs/security.md',
  isCurlMissing ? 'there is no curl' : null,
)

interface Recipe {
  readonly title: string
  readonly settings: Readonly<Record<string, string>>
  readonly claims: Readonly<Record<string, unknown>> | null
  /** What the sign-in is told to put into its tokens. */
  readonly template: Readonly<Record<string, unknown>> | null
  readonly command: string
  readonly answer: unknown
}

const recipes = DOCUMENT.split(/^## /m)
  .filter(section => section.startsWith('Recipe: '))
  .map(toRecipe)

function toRecipe(section: string): Recipe {
  const block = (info: string) =>
    new RegExp(`^ *\`\`\`${info}\\n([\\s\\S]*?)^ *\`\`\`$`, 'm').exec(section)?.[1]?.replace(/^ {3}/gm, '') ??
    null
  const settings = (block('sh settings') ?? '').trim().split('\n')
  return {
    title: section.split('\n', 1)[0] ?? '',
    settings: Object.fromEntries(settings.map(line => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? [line, ''])),
    claims: JSON.parse(block('json claims') ?? 'null'),
    template: JSON.parse(block('json template') ?? 'null'),
    command: block('sh run') ?? '',
    answer: JSON.parse(block('json answer') ?? 'null'),
  }
}

/** The program with a recipe's settings, on accounts of both providers, with an issuer of its own for the tokens. */
async function follow({ settings, claims }: Recipe) {
  const sandbox = await startSandbox()
  const issuer = await startIssuer()
  onTestFinished(async () => {
    await issuer.stop()
    await sandbox.stop()
  })
  const { url } = await spawnDirgraph({
    env: {
      WORKOS_API_KEY: sandbox.workos.apiKey,
      WORKOS_API_URL: sandbox.workos.url,
      SCALEKIT_ENVIRONMENT_URL: sandbox.scalekit.environmentUrl,
      SCALEKIT_CLIENT_ID: sandbox.scalekit.clientId,
      SCALEKIT_CLIENT_SECRET: sandbox.scalekit.clientSecret,
      ...settings,
      ...(settings.DIRGRAPH_JWKS_URL && { DIRGRAPH_JWKS_URL: issuer.jwksUrl }),
    },
  })
  const sign = (changed: object = {}) => issuer.sign({ ...claims, ...changed })
  const ask = async (query: string, token: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    return { status: response.status, text: await response.text() }
  }
  return { origin: new URL(url).origin, sign, ask }
}

test('there is a recipe for each kind of caller', () => {
  expect(recipes.map(({ title }) => title)).toEqual([
    'Recipe: users who sign in with WorkOS AuthKit',
    'Recipe: users who sign in with Scalekit',
    'Recipe: a server of your own',
  ])
})

describe.for(recipes)('$title', recipe => {
  test('answers what it says', async ({ skip }) => {
    skip(isShellLeftOut)
    const { origin, sign } = await follow(recipe)
    expect(recipe.command).toContain(ADDRESS)
    const { stdout } = await promisify(execFile)('sh', ['-c', recipe.command.replaceAll(ADDRESS, origin)], {
      env: { PATH: process.env.PATH, ...recipe.settings, ACCESS_TOKEN: await sign() },
    })
    expect(recipe.answer).not.toBeNull()
    expect(JSON.parse(stdout)).toEqual(recipe.answer)
  })

  test('lets nobody in whose token is not as it says', async () => {
    const { sign, ask } = await follow(recipe)
    const query = '{ organizations { nodes { name } } }'
    const bad = recipe.claims
      ? [
          await sign({ aud: 'another.example.com' }),
          await sign({ aud: null }),
          await sign({ iss: 'https://api.example.com' }),
        ]
      : [await sign(), 'another']
    for (const token of bad) expect((await ask(query, token)).status).toBe(401)
  })
})

describe.for(recipes.filter(({ claims }) => claims !== null))('$title', recipe => {
  const organizationClaim = recipe.claims && 'oid' in recipe.claims ? 'oid' : 'org_id'
  const LINK = (id: string) =>
    `mutation { createPortalLink(input: { organizationId: "${id}" }) { __typename } }`

  test('has the claims that its settings and its template ask for', () => {
    const { settings, claims, template } = recipe
    expect(claims).toMatchObject({ iss: settings.DIRGRAPH_JWT_ISSUER, ...template })
    expect([claims?.aud].flat()).toEqual([settings.DIRGRAPH_JWT_AUDIENCE])
  })

  test('shows one organization, and changes it only with the permission', async () => {
    const { sign, ask } = await follow(recipe)
    const ids = '{ organizations(first: 50) { nodes { id } } }'
    const reader = await sign()
    const { nodes } = JSON.parse((await ask(ids, reader)).text).data.organizations
    const [own] = nodes
    expect(nodes).toHaveLength(1)
    expect((await ask(LINK(own.id), reader)).text).toContain('ForbiddenError')
    const writer = await sign({ roles: ['admin'], permissions: ['directories:write'] })
    expect((await ask(LINK(own.id), writer)).text).toContain('CreatePortalLinkPayload')
    expect((await ask(ids, await sign({ permissions: [] }))).text).toContain('FORBIDDEN')
    expect((await ask(ids, await sign({ [organizationClaim]: null }))).status).toBe(401)
  })
})
