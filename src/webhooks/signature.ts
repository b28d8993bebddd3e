import { timingSafeEqual } from 'node:crypto'

/** Why a delivery is refused. */
export type SignatureFault =
  | 'missing-header'
  | 'malformed-header'
  | 'wrong-signature'
  | 'too-old'
  | 'from-the-future'

const TEXTS: Record<SignatureFault, string> = {
  'missing-header': 'The delivery lacks a header that its signature needs.',
  'malformed-header': 'A header of the delivery’s signature has not the form that it should have.',
  'wrong-signature': 'The delivery is not signed with a secret that this server knows.',
  'too-old': 'The delivery was signed too long ago.',
  'from-the-future': 'The delivery was signed at a time that has not come yet.',
}

/** A delivery that nothing may come of. The message quotes neither a secret nor anything of the delivery. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  readonly reason: SignatureFault
  constructor(reason: SignatureFault) {
    super(TEXTS[reason])
    this.reason = reason
  }
}

/** A delivery as it came: the body byte by byte, before anybody has read it as text or JSON. */
export interface Delivery {
  readonly headers: Pick<Headers, 'get'>
  readonly body: Uint8Array
}

/** Throws `SignatureError` where the delivery is not to be believed. */
export type Verify = (delivery: Delivery, nowMs?: number) => void

/** Throws `SignatureError` where none of the received signatures is one of the expected ones; the time tells nothing. */
export function requireMatch(received: readonly string[], expected: readonly string[]): void {
  const matches = received.flatMap(one => expected.map(other => isEqual(one, other)))
  if (!matches.includes(true)) throw new SignatureError('wrong-signature')
}

/** Throws `SignatureError` for a time that is further away than the tolerance, on either side. */
export function requireRecent(signedAtMs: number, nowMs: number, toleranceMs: number): void {
  if (signedAtMs < nowMs - toleranceMs) throw new SignatureError('too-old')
  if (signedAtMs > nowMs + toleranceMs) throw new SignatureError('from-the-future')
}

function isEqual(one: string, other: string): boolean {
  const [bytes, otherBytes] = [Buffer.from(one), Buffer.from(other)]
  return bytes.length === otherBytes.length && timingSafeEqual(bytes, otherBytes)
}
