import type { ExportState } from './journal.ts'
import type { Output } from './output.ts'

/** What a crash may cost is read again; keeping more often would cost every export more. */
const KEEP_WITHIN_MS = 250

/** Keeps how far an export is: what is noted is kept soon, also while nothing more comes for long. */
export interface Keeper {
  /** Throws what has failed meanwhile. */
  note(state: ExportState): void
  /** At once. */
  keep(state: ExportState): Promise<void>
  /** Ends it when all that is under way is over. Whatever failed is whoever asked for it told. */
  stop(): Promise<void>
}

/** One keeping at a time, each of the latest that was noted. */
export function createKeeper(output: Output): Keeper {
  let latest: ExportState | null = null
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()
  let failure: { readonly error: unknown } | null = null

  function keepLatest(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    last = last.then(async () => {
      const state = latest
      latest = null
      if (state !== null) await output.keep(state)
    })
    return last
  }

  return {
    note(state) {
      if (failure !== null) throw failure.error
      latest = state
      timer ??= setTimeout(() => {
        keepLatest().catch((error: unknown) => {
          failure ??= { error }
        })
      }, KEEP_WITHIN_MS)
    },
    keep(state) {
      latest = state
      return keepLatest()
    },
    async stop() {
      clearTimeout(timer)
      await last.catch(() => {})
    },
  }
}
