import type { FetchAPI, Plugin } from 'graphql-yoga'
import type { ProviderName } from '../domain/entity-key.ts'
import type { EventOutcome, TakeEvent } from '../events/event-intake.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics, WebhookOutcome } from '../telemetry/metrics.ts'
import { SignatureError, type Verify } from '../webhooks/signature.ts'
import { readBody } from './read-body.ts'
import type { Identified } from './request-id.ts'

export interface WebhookSettings {
  /** How each provider's deliveries are verified; of one that is not here there is no route. */
  readonly verifiers: ReadonlyMap<ProviderName, Verify>
  readonly take: TakeEvent
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'webhook'>
}

const MAX_BYTES = 256 * 1_024
const RETRY_AFTER_SECONDS = 5

/** What is said to whoever delivered, and why it was refused. */
interface Reply {
  readonly status: number
  readonly text: string
  /** Null where it was not refused. */
  readonly reason: string | null
  /** As it is counted; null for what is no delivery. */
  readonly outcome: WebhookOutcome | null
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * `POST /webhooks/workos` and `/webhooks/scalekit`, where providers deliver their events. The signature over the body,
 * byte by byte, is all that is asked for: no token, and no name of this machine, since no web page can sign. What is
 * taken is answered before it is worked on; what is refused leaves one line, without anything of the delivery.
 */
export function useWebhooks(settings: WebhookSettings): Plugin<object, Identified> {
  const { verifiers, take, log, metrics } = settings
  const providers = new Map([...verifiers.keys()].map(provider => [`/webhooks/${provider}`, provider]))

  async function reply(provider: ProviderName, request: Request): Promise<Reply> {
    if (request.method !== 'POST') return WRONG_METHOD
    const body = await readBody(request, MAX_BYTES).catch(() => undefined)
    if (body === undefined) return BROKEN_OFF
    if (body === null) return TOO_LARGE
    try {
      verifiers.get(provider)?.({ headers: request.headers, body })
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      return { status: 400, text: error.message, reason: error.reason, outcome: 'bad-signature' }
    }
    const event = parseJson(body)
    return event === undefined ? NO_JSON : REPLIES[await take(provider, event)]
  }

  async function answer(provider: ProviderName, request: Request, requestId: string, { Response }: FetchAPI) {
    const { status, text, reason, outcome, headers } = await reply(provider, request)
    if (reason !== null) log.warn({ requestId, provider, status, reason }, 'webhook refused')
    if (outcome !== null) metrics.webhook(provider, outcome)
    return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain', ...headers } })
  }

  return {
    onRequest({ request, url, fetchAPI, endResponse, serverContext: { requestId } }) {
      const provider = providers.get(url.pathname)
      if (provider === undefined) return
      return answer(provider, request, requestId, fetchAPI).then(endResponse)
    },
    // Yoga takes OPTIONS on any path for a page's question, before a plugin is asked. No page has a question here.
    onResponse({ request, fetchAPI, setResponse, serverContext: { requestId } }) {
      if (request.method !== 'OPTIONS') return
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith('/webhooks/')) return
      const provider = providers.get(pathname)
      if (provider !== undefined) return answer(provider, request, requestId, fetchAPI).then(setResponse)
      setResponse(new fetchAPI.Response('', { status: 404 }))
    },
  }
}

const WRONG_METHOD: Reply = {
  status: 405,
  text: 'Events are delivered by POST.',
  reason: 'wrong-method',
  outcome: null,
  headers: { allow: 'POST' },
}
/** Nobody reads this: whoever delivered has gone. */
const BROKEN_OFF: Reply = {
  status: 400,
  text: 'The delivery ended before all of it had come.',
  reason: 'broken-off',
  outcome: null,
}
const TOO_LARGE: Reply = {
  status: 413,
  text: 'The delivery is too large.',
  reason: 'too-large',
  outcome: 'too-large',
}
const NO_JSON: Reply = {
  status: 400,
  text: 'The delivery is no JSON.',
  reason: 'no-json',
  outcome: 'malformed',
}

/** 200, not 204: that is what WorkOS wants to be answered. */
const REPLIES: Record<EventOutcome, Reply> = {
  logged: { status: 200, text: 'Taken.', reason: null, outcome: 'accepted' },
  duplicate: { status: 200, text: 'Taken before.', reason: null, outcome: 'duplicate' },
  unknown: { status: 200, text: 'Of no use here.', reason: null, outcome: 'ignored' },
  unreadable: { status: 400, text: 'The delivery is no event.', reason: 'no-event', outcome: 'malformed' },
  unavailable: {
    status: 503,
    text: 'Events can not be kept at the moment; send it again.',
    reason: 'log-unavailable',
    outcome: 'unavailable',
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  },
}

/** Undefined for what is no JSON in UTF-8. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
