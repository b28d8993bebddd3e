import { type DestinationStream, type Logger, pino } from 'pino'
import { activeTraceId } from './traces.ts'

export type { Logger }

/** The levels of `LOG_LEVEL`, pino's own. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What carries a credential or somebody's data by the names that HTTP clients, tokens and both providers give it. */
const SENSITIVE = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'headers',
  'apiKey',
  'clientSecret',
  'adminToken',
  'token',
  'access_token',
  'client_secret',
  'secret',
  'plainSecret',
  'plain_secret',
  'password',
  'email',
  'emails',
  'variables',
  'query',
  'body',
]
const DEPTHS = ['', '*.', '*.*.']

/** One for the process, opened by the first who logs. */
let standardError: ReturnType<typeof pino.destination> | null = null

function openStandardError() {
  standardError ??= pino.destination(2)
  return standardError
}

/** Calls back when whoever read the log on standard error has gone, as `head` does. pino itself then logs no more. */
export function whenLogIsUnread(callBack: () => void): void {
  openStandardError().on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') callBack()
  })
}

/**
 * JSON lines, on standard error unless said otherwise. Redaction is the second net: nothing that carries a key is handed
 * to a logger, and errors are logged by name only, since HTTP clients keep request headers inside theirs.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = openStandardError()): Logger {
  return pino(
    {
      level,
      base: null,
      mixin: traceOf,
      serializers: { err: withoutMessage, error: withoutMessage },
      // Without a text pino takes the error's own.
      hooks: {
        logMethod(line, log) {
          log.apply(this, line.length === 1 && typeof line[0] === 'object' ? [line[0], ''] : line)
        },
      },
      redact: {
        paths: DEPTHS.flatMap(depth => SENSITIVE.map(name => pathTo(depth, name))),
        censor: '[redacted]',
      },
    },
    destination,
  )
}

/** What may be said of an unknown error in a log: its kind and where it was thrown, not its message. */
export function toLoggable(error: unknown): { name: string; stack: string | undefined } {
  if (!(error instanceof Error)) return { name: typeof error, stack: undefined }
  const { name, message, stack = '' } = error
  // The message stands ahead of the frames, and can have lines that look like some.
  const head = message === '' ? '' : `: ${message}`
  const start = stack.indexOf(head)
  const frames = start === -1 ? [] : stack.slice(start + head.length).split('\n')
  return {
    name,
    stack: frames
      .filter(line => line.trimStart().startsWith('at '))
      .slice(0, MAX_FRAMES)
      .join('\n'),
  }
}

const MAX_FRAMES = 8

/** By this a line is joined to its trace, where there is one. */
function traceOf(): { traceId?: string } {
  const traceId = activeTraceId()
  return traceId === null ? {} : { traceId }
}

function withoutMessage(value: unknown): unknown {
  return value instanceof Error ? toLoggable(value) : value
}

function pathTo(depth: string, name: string): string {
  return /^\w+$/.test(name) ? `${depth}${name}` : `${depth.slice(0, -1)}["${name}"]`
}
