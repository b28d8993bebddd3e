import { createHmac } from 'node:crypto'
import { requireMatch, requireRecent, SignatureError, type Verify } from './signature.ts'

/** As the scheme's own libraries have it. */
const TOLERANCE_MS = 5 * 60 * 1_000
const SECRET = /^whsec_(?<key>[A-Za-z0-9+/]+={0,2})$/

/**
 * Verifies deliveries of Scalekit, which follow Standard Webhooks: `webhook-signature` lists `v1,<base64>`, each over
 * `<webhook-id>.<webhook-timestamp>.<body>`. Any of the secrets will do, so that they can be rotated. Throws
 * `TypeError` for one that has not the form `whsec_<base64>`.
 */
export function createScalekitVerify(secrets: readonly string[]): Verify {
  const keys = secrets.map(toKey)
  return ({ headers, body }, nowMs = Date.now()) => {
    const id = headers.get('webhook-id')
    const time = headers.get('webhook-timestamp')
    const list = headers.get('webhook-signature')
    if (!id || !time || !list) throw new SignatureError('missing-header')
    const signatures = list
      .split(' ')
      .filter(signature => signature.startsWith('v1,'))
      .map(signature => signature.slice('v1,'.length))
    if (!/^\d{1,12}$/.test(time) || signatures.length === 0) throw new SignatureError('malformed-header')
    const expected = keys.map(key =>
      createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64'),
    )
    requireMatch(signatures, expected)
    requireRecent(Number(time) * 1_000, nowMs, TOLERANCE_MS)
  }
}

/** Node reads anything as base64, and nothing at all as an empty key, with which anybody could sign. */
function toKey(secret: string): Buffer {
  const key = Buffer.from(SECRET.exec(secret)?.groups?.key ?? '', 'base64')
  if (key.length === 0) throw new TypeError('A webhook secret of Scalekit has not the form whsec_<base64>.')
  return key
}
