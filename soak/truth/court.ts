import type { Book, Claim, Verdict } from './book.ts'

/** What one answer shows of one directory. */
export interface Exhibit {
  readonly directoryId: string
  readonly claim: Claim
  /** For whoever reads the report. */
  readonly what: string
}

/** An answer that was not so. */
export interface Offence {
  readonly verdict: Exclude<Verdict, 'right'>
  readonly what: string
  readonly sentAtMs: number
}

/** Until the sandbox has surely said how it was when an answer was made. */
const DELAY_MS = 1_500
const MAX_OFFENCES = 100

/** Judges answers some time after they came; what they show may be known here later than it was shown. */
export function createCourt(book: Book) {
  const waiting: { readonly exhibit: Exhibit; readonly sentAtMs: number; readonly answeredAtMs: number }[] =
    []
  const offences: Offence[] = []
  const counts: Record<Verdict, number> = { right: 0, stale: 0, wrong: 0, unknown: 0 }

  function hold(untilMs: number): void {
    while (waiting[0] !== undefined && waiting[0].answeredAtMs < untilMs) {
      const { exhibit, sentAtMs } = waiting[0]
      waiting.shift()
      const verdict = book.judge(exhibit.directoryId, exhibit.claim, sentAtMs)
      counts[verdict] += 1
      if (verdict !== 'right' && offences.length < MAX_OFFENCES) {
        offences.push({ verdict, what: exhibit.what, sentAtMs })
      }
    }
  }

  const timer = setInterval(() => hold(performance.now() - DELAY_MS), DELAY_MS)
  return {
    bring(exhibits: readonly Exhibit[], sentAtMs: number): void {
      const answeredAtMs = performance.now()
      for (const exhibit of exhibits) waiting.push({ exhibit, sentAtMs, answeredAtMs })
    },
    /** Judges what is left, at once. */
    close() {
      clearInterval(timer)
      hold(Number.POSITIVE_INFINITY)
      return { counts, offences }
    },
  }
}

export type Court = ReturnType<typeof createCourt>
