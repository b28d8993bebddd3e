import { randomUUID } from 'node:crypto'
import { Refusal, type SandboxAnswer } from './router.ts'

/** An answer in JSON, with the request id WorkOS puts on each. */
export function toWorkosAnswer(status: number, body: unknown): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': randomUUID() },
    body: JSON.stringify(body),
  }
}

const messages: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Payload Too Large',
  429: 'Rate limit exceeded. See the WorkOS docs for more information: https://workos.com/docs/reference/rate-limits',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The plain error form: a message and nothing else. */
export function toWorkosError(status: number, message?: string): SandboxAnswer {
  return toWorkosAnswer(status, { message: message ?? messages[status] ?? 'Error' })
}

/** 429 with the wait, which is a choice of the sandbox: no published answer names one. */
export function toRatelimited(body: unknown = { message: messages[429] }): SandboxAnswer {
  const answer = toWorkosAnswer(429, body)
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } }
}

/** 404 for an id; `noun` is the human name, and a malformed id is answered the same way. */
export function refuseUnknown(noun: string, id: string): Refusal {
  return new Refusal(
    toWorkosAnswer(404, {
      message: `${noun} not found: '${id}'.`,
      code: 'entity_not_found',
      entity_id: id,
    }),
  )
}

/** 422 with one entry for each field; `code` may be a whole sentence. */
export function refuseInvalid(...errors: { field: string; code: string }[]): Refusal {
  return new Refusal(toWorkosAnswer(422, { message: 'Validation failed', errors }))
}
