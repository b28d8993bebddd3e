import { randomBytes } from 'node:crypto'
import { Refusal, type SandboxAnswer } from './router.ts'

/** What the gateway writes for a time that was never set. */
export const neverTime = '0001-01-01T00:00:00Z'

/** A request field and the rule it broke. */
export interface FieldViolation {
  field: string
  description: string
  constraint: string
}

// gRPC status by number: its name, and the HTTP status the gateway gives it.
const grpcStatuses: Readonly<Record<number, { name: string; http: number }>> = {
  3: { name: 'INVALID_ARGUMENT', http: 400 },
  5: { name: 'NOT_FOUND', http: 404 },
  7: { name: 'PERMISSION_DENIED', http: 403 },
  8: { name: 'RESOURCE_EXHAUSTED', http: 429 },
  9: { name: 'FAILED_PRECONDITION', http: 400 },
  12: { name: 'UNIMPLEMENTED', http: 501 },
  13: { name: 'INTERNAL', http: 500 },
  14: { name: 'UNAVAILABLE', http: 503 },
  16: { name: 'UNAUTHENTICATED', http: 401 },
}

const codeByHttpStatus: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  413: 8,
  429: 8,
  501: 12,
  502: 14,
  503: 14,
}

/** An answer in JSON, with the trace id Scalekit puts on each. */
export function toScalekitAnswer(status: number, body: unknown): SandboxAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'grpc-metadata-content-type': 'application/grpc',
      'x-trace-id': randomBytes(16).toString('hex'),
    },
    body: JSON.stringify(body),
  }
}

/** The gateway's error form: `code` is the gRPC number, never the HTTP status. */
export function toScalekitError(
  code: number,
  message: string,
  violations: FieldViolation[] = [],
): SandboxAnswer {
  const status = grpcStatuses[code] ?? { name: 'UNKNOWN', http: 500 }
  const errorInfo = {
    '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
    error_code: status.name,
    ...(violations.length > 0 && { validation_error_info: { field_violations: violations } }),
    request_info: { request_id: randomBytes(8).toString('hex'), serving_data: '' },
  }
  return toScalekitAnswer(status.http, { code, message, details: [errorInfo] })
}

/** The error form for an HTTP status. */
export function toScalekitHttpError(status: number): SandboxAnswer {
  const code = codeByHttpStatus[status] ?? 13
  const answer = toScalekitError(
    code,
    (grpcStatuses[code]?.name ?? 'unknown').toLowerCase().replace('_', ' '),
  )
  return { ...answer, status }
}

/** 400 code 3 for one field. */
export function refuseArgument(field: string, description: string, constraint: string): Refusal {
  return new Refusal(
    toScalekitError(3, `invalid argument: ${field}: ${description}`, [{ field, description, constraint }]),
  )
}

/** 404 code 5. */
export function refuseMissing(noun: string): Refusal {
  return new Refusal(toScalekitError(5, `${noun} not found`))
}
