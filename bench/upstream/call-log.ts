import type { RecordedCall } from '../../src/sandbox/sandbox.ts'

/** What a run has cost upstream. */
export interface CallSummary {
  readonly calls: number
  /** The most calls that followed one another, each received after the one before it was answered. */
  readonly longestChain: number
  /** By the second since the first call. */
  readonly bySecond: readonly { readonly calls: number; readonly refused: number }[]
}

export function summarizeCalls(calls: readonly RecordedCall[]): CallSummary {
  const startMs = calls[0]?.receivedAtMs ?? 0
  const bySecond: { calls: number; refused: number }[] = []
  for (const { receivedAtMs, status } of calls) {
    const second = Math.floor((receivedAtMs - startMs) / 1_000)
    while (bySecond.length <= second) bySecond.push({ calls: 0, refused: 0 })
    const slot = bySecond[second]
    if (slot === undefined) continue
    slot.calls += 1
    if (status === 429) slot.refused += 1
  }
  return { calls: calls.length, longestChain: longestChainOf(calls), bySecond }
}

/** Greedy by the earliest end, which finds the most intervals of which no two overlap. */
function longestChainOf(calls: readonly RecordedCall[]): number {
  const spans = calls.flatMap(({ receivedAtMs, answeredAtMs }) =>
    answeredAtMs === null ? [] : [{ receivedAtMs, answeredAtMs }],
  )
  spans.sort((one, other) => one.answeredAtMs - other.answeredAtMs)
  let length = 0
  let freeFromMs = Number.NEGATIVE_INFINITY
  for (const { receivedAtMs, answeredAtMs } of spans) {
    if (receivedAtMs < freeFromMs) continue
    length += 1
    freeFromMs = answeredAtMs
  }
  return length
}
