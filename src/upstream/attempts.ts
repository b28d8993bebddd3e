import ky, { type Options } from 'ky'
import type { WholeAnswer } from './fetch-whole.ts'

/** Sends a request once. Rejects in the words of a `fetch`, with the reason of the signal where that ends it. */
export type Attempt = (signal: AbortSignal) => Promise<WholeAnswer>

/** A request that may take more than one attempt. */
export interface Attempts {
  readonly url: string
  readonly method: string
  readonly attempt: Attempt
  /** Of whoever waits for the answer: it ends the attempt that is under way and the pause after it. */
  readonly signal: AbortSignal
  /** How long an attempt that begins now may take. */
  readonly timeoutMs: () => number
  /** Whether an answer with that status is one; all others are failures. */
  readonly accepts: (status: number) => boolean
  /** What is to be done about a failure: ky's timeouts, retries and hooks. */
  readonly persistence: () => Options
}

/** What is read of a failure's headers. ky would take waiting times from unproven ones, such as X-RateLimit-Reset. */
const KEPT_HEADERS = ['content-type', 'retry-after']

/**
 * The first answer that is accepted. Rejects with what the last attempt came to: ky's `HTTPError` for a status, else
 * what it threw.
 *
 * A failure goes to ky as the first attempt of its own, and ky does what follows: judges, waits, and sends again within
 * the time that is left. Its requests, copies and options are a fifth of what a call costs, so they wait until then.
 */
export async function makeAttempts(attempts: Attempts): Promise<WholeAnswer> {
  const { url, method, attempt, signal, timeoutMs, accepts, persistence } = attempts
  const first = within(timeoutMs(), signal, attempt)
  const answer = await first.catch(() => null)
  if (answer !== null && accepts(answer.status)) return answer

  let latest = first
  let made = 0
  await ky(url, {
    ...persistence(),
    method,
    signal,
    throwHttpErrors: status => !accepts(status),
    // Not by the signal of ky's request: that of a copy is no longer heard from once the original is collected.
    async fetch() {
      if (made > 0) latest = within(timeoutMs(), signal, attempt)
      made += 1
      return toResponse(await latest)
    },
  })
  return latest
}

/** Rejects when its time is up or its caller leaves, even where the attempt is still waiting to be sent. */
function within(timeoutMs: number, signal: AbortSignal, attempt: Attempt): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const own = new AbortController()
    const end = (reason: unknown) => {
      own.abort(reason)
      reject(reason)
    }
    const leave = () => end(signal.reason)
    const timer = setTimeout(() => end(new DOMException('No answer in time.', 'TimeoutError')), timeoutMs)
    signal.addEventListener('abort', leave, { once: true })
    attempt(own.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
      })
  })
}

/** The answer in the form that ky judges; its text is not part of it. */
function toResponse({ status, statusText, headers }: WholeAnswer): Response {
  const kept = KEPT_HEADERS.flatMap(name => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  return new Response(null, { status, statusText, headers: kept })
}
