import { createHmac } from 'node:crypto'

export const WORKOS_SECRET = 'secret_of_workos'
export const SCALEKIT_SECRET = `whsec_${Buffer.from('secret of scalekit').toString('base64')}`
/** As `createDirgraph` takes them. */
export const WEBHOOKS = { workosSecrets: [WORKOS_SECRET], scalekitSecrets: [SCALEKIT_SECRET] }

interface Signing {
  readonly secret?: string
  readonly atMs?: number
}

/** A delivery of WorkOS, signed; a body that is no text is sent as JSON. */
export function fromWorkos(body: unknown, { secret = WORKOS_SECRET, atMs = Date.now() }: Signing = {}) {
  const text = toText(body)
  const signature = createHmac('sha256', secret).update(`${atMs}.${text}`).digest('hex')
  return toRequest('/webhooks/workos', text, { 'workos-signature': `t=${atMs}, v1=${signature}` })
}

/** A delivery of Scalekit, signed. */
export function fromScalekit(body: unknown, { secret = SCALEKIT_SECRET, atMs = Date.now() }: Signing = {}) {
  const text = toText(body)
  const [id, time] = ['msg_1', String(Math.floor(atMs / 1_000))]
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time}.${text}`).digest('base64')
  return toRequest('/webhooks/scalekit', text, {
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  })
}

function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function toRequest(path: string, body: string, headers: Record<string, string>): Request {
  return new Request(`http://dirgraph.test${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}
