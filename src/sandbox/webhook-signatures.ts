import { createHmac } from 'node:crypto'

/** Who delivers, and with what the receiver knows it. */
export interface WebhookSigner {
  provider: 'workos' | 'scalekit'
  /** Scalekit's has the form `whsec_<base64>`. */
  secret: string
}

/** The headers that a provider signs a delivery with; each attempt is signed anew. */
export function signDelivery(
  { provider, secret }: WebhookSigner,
  eventId: string,
  body: string,
  nowMs: number,
): Record<string, string> {
  return provider === 'workos' ? signWorkos(secret, body, nowMs) : signScalekit(secret, eventId, body, nowMs)
}

function signWorkos(secret: string, body: string, nowMs: number) {
  const signature = createHmac('sha256', secret).update(`${nowMs}.${body}`).digest('hex')
  return { 'workos-signature': `t=${nowMs}, v1=${signature}` }
}

function signScalekit(secret: string, eventId: string, body: string, nowMs: number) {
  const seconds = String(Math.floor(nowMs / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${eventId}.${seconds}.${body}`).digest('base64')
  return {
    'webhook-id': eventId,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  }
}
