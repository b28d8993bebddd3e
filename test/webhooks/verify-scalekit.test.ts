import { randomBytes } from 'node:crypto'
import { ScalekitClient } from '@scalekit-sdk/node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SignatureError, type SignatureFault } from '../../src/webhooks/signature.ts'
import { createScalekitVerify } from '../../src/webhooks/verify-scalekit.ts'

const secretOf = (key: Buffer) => `whsec_${key.toString('base64')}`
const SECRET = secretOf(randomBytes(24))
const OTHER = secretOf(randomBytes(32))
const BODY = JSON.stringify({
  id: 'evt_1',
  type: 'organization.directory_enabled',
  data: { name: 'Żółć 💼' },
})
const SIGNATURE = 'A'.repeat(43)

const client = new ScalekitClient('https://acme.scalekit.example', 'skc_1', 'not_used')
/** The client only offers to verify; this is what it does so with. */
const signer = client as unknown as { computeSignature(key: Buffer, data: string): string }

type HeaderValues = Readonly<Record<string, string>>

const nowSeconds = () => Math.floor(Date.now() / 1_000)

/** Signed by the official client. */
function sign(body = BODY, { at = nowSeconds(), secret = SECRET, id = 'evt_1' } = {}): HeaderValues {
  const key = Buffer.from(secret.split('_')[1] ?? '', 'base64')
  const signature = signer.computeSignature(key, `${id}.${at}.${body}`)
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` }
}

/** Null where the delivery is accepted. */
function faultOf(
  headers: HeaderValues,
  body = BODY,
  secrets: readonly string[] = [SECRET],
  nowMs?: number,
): SignatureFault | null {
  const delivery = { headers: new Headers(headers), body: new TextEncoder().encode(body) }
  try {
    createScalekitVerify(secrets)(delivery, nowMs)
    return null
  } catch (error) {
    if (error instanceof SignatureError) return error.reason
    throw error
  }
}

function isAcceptedByClient(headers: HeaderValues, body = BODY, secret = SECRET): boolean {
  try {
    return client.verifyWebhookPayload(secret, headers, body)
  } catch {
    return false
  }
}

describe('a delivery of Scalekit', () => {
  test('is accepted when the official client has signed it, whatever its text and the key', () => {
    const keys = fc.uint8Array({ minLength: 1, maxLength: 64 }).map(key => secretOf(Buffer.from(key)))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), keys, (body, secret) => {
        const headers = sign(body, { secret })
        expect([faultOf(headers, body, [secret]), isAcceptedByClient(headers, body, secret)]).toEqual([
          null,
          true,
        ])
      }),
    )
  })

  test('is accepted with any of several secrets, while they are rotated', () => {
    const headers = sign(BODY, { secret: OTHER })
    expect(faultOf(headers, BODY, [SECRET, OTHER])).toBeNull()
    expect(faultOf(headers, BODY, [OTHER, SECRET])).toBeNull()
    expect(faultOf(headers, BODY, [SECRET])).toBe('wrong-signature')
    expect(faultOf(headers, BODY, [])).toBe('wrong-signature')
  })

  test('is accepted when one of several signatures is right, in any order and beside other versions', () => {
    const { 'webhook-signature': right = '', ...rest } = sign()
    const wrong = sign('another body')['webhook-signature']
    for (const list of [`${wrong} ${right}`, `${right} ${wrong}`, `v1a,${SIGNATURE} ${right}`]) {
      const headers = { ...rest, 'webhook-signature': list }
      expect([faultOf(headers), isAcceptedByClient(headers)]).toEqual([null, true])
    }
  })

  test('is accepted beside a signature of another length, where the official client gives up', () => {
    const { 'webhook-signature': right, ...rest } = sign()
    const headers = { ...rest, 'webhook-signature': `v1,c2hvcnQ= ${right}` }
    expect([faultOf(headers), isAcceptedByClient(headers)]).toEqual([null, false])
  })

  test('is refused when a byte of it was changed', () => {
    const headers = sign()
    expect(faultOf(headers, `${BODY}\n`)).toBe('wrong-signature')
    expect(faultOf(headers, BODY.replace('enabled', 'Enabled'))).toBe('wrong-signature')
  })

  test('is refused when its id or its time was changed', () => {
    const headers = sign()
    expect(faultOf({ ...headers, 'webhook-id': 'evt_2' })).toBe('wrong-signature')
    expect(faultOf({ ...headers, 'webhook-timestamp': String(nowSeconds() + 1) })).toBe('wrong-signature')
  })

  test('is refused with a signature of another version alone', () => {
    const headers = sign()
    const signature = headers['webhook-signature']?.replace('v1,', 'v2,') ?? ''
    expect(faultOf({ ...headers, 'webhook-signature': signature })).toBe('malformed-header')
  })

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is refused without %s', name => {
    const { [name]: _, ...headers } = sign()
    expect(faultOf(headers)).toBe('missing-header')
    expect(faultOf({ ...headers, [name]: '' })).toBe('missing-header')
  })

  test.each(['now', '-1', '1.5', '1e9', '9'.repeat(40)])('is refused with the time %s', time => {
    expect(faultOf({ ...sign(), 'webhook-timestamp': time })).toBe('malformed-header')
  })

  test('is refused with something after the time, which the official client leaves out', () => {
    const headers = sign()
    const odd = { ...headers, 'webhook-timestamp': `${headers['webhook-timestamp']}abc` }
    expect([faultOf(odd), isAcceptedByClient(odd)]).toEqual(['malformed-header', true])
  })

  test.each(['', 'v1,', 'v1,short', `v1,${'é'.repeat(22)}`])('is refused with the signature %j', text => {
    const headers = { ...sign(), 'webhook-signature': text }
    expect(faultOf(headers)).toBe(text === '' ? 'missing-header' : 'wrong-signature')
  })

  test('is refused with junk in its signature, which the official client overlooks', () => {
    const headers = sign()
    const odd = { ...headers, 'webhook-signature': headers['webhook-signature']?.replace('=', '!=') ?? '' }
    expect([faultOf(odd), isAcceptedByClient(odd)]).toEqual(['wrong-signature', true])
  })

  test('is accepted within five minutes of its time, on both sides, and refused beyond', () => {
    const at = nowSeconds()
    const headers = sign(BODY, { at })
    const at5 = 5 * 60_000
    expect(faultOf(headers, BODY, [SECRET], at * 1_000 + at5)).toBeNull()
    expect(faultOf(headers, BODY, [SECRET], at * 1_000 + at5 + 1)).toBe('too-old')
    expect(faultOf(headers, BODY, [SECRET], at * 1_000 - at5)).toBeNull()
    expect(faultOf(headers, BODY, [SECRET], at * 1_000 - at5 - 1)).toBe('from-the-future')
  })

  test.each([
    ['too-old', -6 * 60],
    ['from-the-future', 6 * 60],
  ] as const)('that is %s is refused by the official client too', (fault, offset) => {
    const headers = sign(BODY, { at: nowSeconds() + offset })
    expect([faultOf(headers), isAcceptedByClient(headers)]).toEqual([fault, false])
  })
})

describe('a secret', () => {
  test.each(['', 'whsec_', 'whsec', 'c2VjcmV0', 'whsec_c2Vj_cmV0', 'whsec_=', 'whsec_A', 'whsec_c2VjcmV0 '])(
    'of the form %j is refused at the start, and not quoted',
    secret => {
      expect(() => createScalekitVerify([SECRET, secret])).toThrow(TypeError)
      try {
        createScalekitVerify([secret])
      } catch (error) {
        const words = String(error).replace('whsec_<base64>', '')
        expect(secret.length > 6 && words.includes(secret)).toBe(false)
      }
    },
  )
})
