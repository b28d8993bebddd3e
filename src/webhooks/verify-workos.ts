import { createHmac } from 'node:crypto'
import { requireMatch, requireRecent, SignatureError, type Verify } from './signature.ts'

/** As WorkOS's own client has it, which however lets times of the future pass. */
const TOLERANCE_MS = 180_000

/**
 * Verifies deliveries of WorkOS: `WorkOS-Signature: t=<milliseconds>, v1=<hex>` over `<t>.<body>`. Any of the secrets
 * will do, so that they can be rotated. Throws `TypeError` for an empty one, with which anybody could sign.
 */
export function createWorkosVerify(secrets: readonly string[]): Verify {
  if (secrets.includes('')) throw new TypeError('A webhook secret of WorkOS is empty.')
  return ({ headers, body }, nowMs = Date.now()) => {
    const header = headers.get('workos-signature')
    if (header === null) throw new SignatureError('missing-header')
    const { time, signatures } = parseHeader(header)
    const expected = secrets.map(secret =>
      createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex'),
    )
    requireMatch(signatures, expected)
    requireRecent(Number(time), nowMs, TOLERANCE_MS)
  }
}

/** A header that came twice arrives here as one, joined by a comma: two times in it are none to go by. */
function parseHeader(header: string): { time: string; signatures: string[] } {
  const parts = header.split(',').map(part => part.trim())
  const valuesOf = (name: string) =>
    parts.filter(part => part.startsWith(`${name}=`)).map(part => part.slice(name.length + 1))
  const [time, ...more] = valuesOf('t')
  const signatures = valuesOf('v1')
  if (time === undefined || more.length > 0 || !/^\d{1,15}$/.test(time) || signatures.length === 0) {
    throw new SignatureError('malformed-header')
  }
  return { time, signatures }
}
