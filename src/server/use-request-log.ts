import type { Plugin } from 'graphql-yoga'
import type { Logger } from '../telemetry/logger.ts'

/** One line for each operation: what kind, how long, how many errors. Never variables, which hold people's data. */
export function useRequestLog(log: Logger): Plugin<{ call: { requestId: string } }> {
  return {
    onExecute({ args }) {
      const startedAt = performance.now()
      const { requestId } = args.contextValue.call
      return {
        onExecuteDone({ result }) {
          const errors = 'errors' in result ? (result.errors?.length ?? 0) : 0
          const durationMs = Math.round(performance.now() - startedAt)
          log.info({ requestId, operation: args.operationName ?? null, durationMs, errors }, 'operation')
        },
      }
    },
  }
}
