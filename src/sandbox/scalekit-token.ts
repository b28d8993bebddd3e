import { randomBytes } from 'node:crypto'
import type { SandboxAnswer, SandboxRequest } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { toScalekitAnswer } from './scalekit-answers.ts'

/** The one client the token endpoint knows, and how long its tokens live. */
export interface ScalekitTokenSettings {
  clientId: string
  clientSecret: string
  tokenTtlSeconds: number
}

// Seen once in a recording: a lifetime in nanoseconds that ran below zero in an unsigned field.
const underflow = '18446744064486179580'

function toOauthError(status: number, error: string, description: string): SandboxAnswer {
  return toScalekitAnswer(status, { error, error_description: description })
}

function toSegment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function createToken(clientId: string, issuedAt: number, expiresAt: number): string {
  const claims = {
    iss: 'https://sandbox.scalekit.example',
    sub: clientId,
    iat: Math.floor(issuedAt / 1000),
    exp: Math.floor(expiresAt / 1000),
    jti: randomBytes(8).toString('hex'),
  }
  return [
    toSegment({ alg: 'RS256', typ: 'JWT', kid: 'snk_1' }),
    toSegment(claims),
    randomBytes(64).toString('base64url'),
  ].join('.')
}

/** POST /oauth/token: client credentials as a form, nothing else. */
export function createTokenHandler(data: SandboxData, settings: ScalekitTokenSettings) {
  const { clientId, clientSecret, tokenTtlSeconds } = settings
  return ({ headers, body }: SandboxRequest): SandboxAnswer => {
    if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      return toOauthError(
        400,
        'invalid_request',
        'The request body must be application/x-www-form-urlencoded.',
      )
    }
    const form = new URLSearchParams(body)
    if (form.get('grant_type') !== 'client_credentials') {
      return toOauthError(400, 'unsupported_grant_type', 'The grant type is not supported.')
    }
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return toOauthError(401, 'invalid_client', 'Client authentication failed.')
    }
    const now = Date.now()
    const token = createToken(clientId, now, now + tokenTtlSeconds * 1000)
    data.scalekit.tokens.set(token, now + tokenTtlSeconds * 1000)
    const answer = toScalekitAnswer(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Math.floor(tokenTtlSeconds),
      scope: 'openid',
    })
    return {
      ...answer,
      headers: { ...answer.headers, 'cache-control': 'no-cache, no-store' },
      body: data.quirks.expiresInUnderflow
        ? answer.body.replace(/"expires_in":\d+/, `"expires_in":${underflow}`)
        : answer.body,
    }
  }
}

/** Whether a request carries a token that this sandbox gave out and that still lives. */
export function isAuthorized(data: SandboxData, request: SandboxRequest): boolean {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const expiresAt = token === undefined ? undefined : data.scalekit.tokens.get(token)
  return expiresAt !== undefined && Date.now() < expiresAt
}
