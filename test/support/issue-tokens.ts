import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** What the issuer does when it is asked for its keys. */
export type KeysAnswer = 'keys' | 'empty' | 'error' | 'redirect' | 'reset'

export interface Issuer {
  /** The `iss` and `aud` of its tokens, unless a test says otherwise. */
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  /** How often its keys were asked for, by path. */
  readonly fetches: readonly string[]
  /** What it answers from now on. */
  answer: KeysAnswer
  /** A token with these claims on top of the usual ones; null takes one away. */
  sign(claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** The public key that it signs with, as everybody can read it. */
  publicKey(): CryptoKey
  /** Signs with a new key from now on, and publishes only that. */
  rotate(): Promise<void>
  /** Publishes its key twice and without a name, until it rotates; tokens name none either. */
  publishTwice(): void
  /** Publishes a key under that name as well that nobody can use. */
  publishBroken(name: string): void
  stop(): Promise<void>
}

const DEFAULT_LIFE_SECONDS = 300

/** Somebody who signs tokens and publishes the keys to check them with, over real HTTP. */
export async function startIssuer({
  issuer = 'https://issuer.test/',
  algorithm = 'RS256',
} = {}): Promise<Issuer> {
  const audience = 'dirgraph'
  const fetches: string[] = []
  let kid = 0
  const createPair = () => generateKeyPair(algorithm, { extractable: true })
  let pair = await createPair()
  let isUnnamed = false
  let broken: string | null = null

  async function keys() {
    const key = { ...(await exportJWK(pair.publicKey)), alg: algorithm, use: 'sig' }
    const useless =
      broken === null ? [] : [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: 'AA', kid: broken }]
    return { keys: isUnnamed ? [key, key] : [{ ...key, kid: String(kid) }, ...useless] }
  }

  async function write(path: string, response: ServerResponse): Promise<void> {
    if (state.answer === 'reset') response.destroy()
    else if (state.answer === 'error') response.writeHead(500).end()
    else if (state.answer === 'empty') response.end('{"keys":[]}')
    else if (state.answer === 'redirect' && path === '/keys') {
      response.writeHead(302, { location: '/elsewhere' }).end()
    } else response.end(JSON.stringify(await keys()))
  }

  const server = createServer((request, response) => {
    fetches.push(request.url ?? '')
    write(request.url ?? '', response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const state: Issuer = {
    issuer,
    audience,
    jwksUrl: `http://127.0.0.1:${port}/keys`,
    fetches,
    answer: 'keys',
    sign(claims = {}) {
      const now = Math.floor(Date.now() / 1_000)
      const usual = { iss: issuer, aud: audience, sub: 'user_1', iat: now, exp: now + DEFAULT_LIFE_SECONDS }
      const payload = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null)
      const header = { alg: algorithm, ...(!isUnnamed && { kid: String(kid) }) }
      return new SignJWT(Object.fromEntries(payload) as JWTPayload)
        .setProtectedHeader(header)
        .sign(pair.privateKey)
    },
    publicKey: () => pair.publicKey,
    async rotate() {
      kid += 1
      isUnnamed = false
      pair = await createPair()
    },
    publishBroken(name) {
      broken = name
    },
    publishTwice() {
      isUnnamed = true
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return state
}
