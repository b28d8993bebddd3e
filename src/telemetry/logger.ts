import { type Logger, pino } from 'pino'

export type { Logger }

/** The levels of `LOG_LEVEL`, pino's own. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * JSON lines on standard error. Redaction is the second net: nothing that carries a key is handed to a logger,
 * and foreign errors are logged by name only, since HTTP clients keep request headers inside theirs.
 */
export function createLogger(level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: [
          'authorization',
          '*.authorization',
          'headers',
          '*.headers',
          'token',
          '*.token',
          'email',
          '*.email',
        ],
        censor: '[redacted]',
      },
    },
    pino.destination(2),
  )
}

/** What may be said of an unknown error in a log: its kind and where it was thrown, not its message. */
export function toLoggable(error: unknown): { name: string; stack: string | undefined } {
  if (!(error instanceof Error)) return { name: typeof error, stack: undefined }
  const frames = error.stack?.split('\n').filter(line => line.trimStart().startsWith('at '))
  return { name: error.name, stack: frames?.slice(0, 8).join('\n') }
}
