/** How long single requests took. */
export interface Latency {
  readonly p50Ms: number
  readonly p95Ms: number
}

type Send = () => Promise<unknown>

/**
 * The latencies of some senders, measured one request at a time and in turns: whatever else the machine does in the
 * meantime meets all of them alike, so their ratio stands.
 */
export async function measureLatencies(senders: readonly Send[], rounds: number): Promise<Latency[]> {
  const samples = senders.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, send] of senders.entries()) samples[index]?.push(await timed(send))
  }
  return samples.map(toLatency)
}

/** A stretch of load that is long enough to be one, and short enough for all to meet the same machine. */
const STRETCH_MS = 1_000

/** Requests a second of some senders, each with so many under way at a time and for so long, in turns as above. */
export async function measureThroughputs(
  senders: readonly Send[],
  connections: number,
  durationMs: number,
): Promise<number[]> {
  const stretches = Math.max(1, Math.round(durationMs / STRETCH_MS))
  const rates = senders.map((): number[] => [])
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    for (const [index, send] of senders.entries())
      rates[index]?.push(await measureThroughput(send, connections, durationMs / stretches))
  }
  return rates.map(rate => rate.reduce((sum, one) => sum + one, 0) / stretches)
}

/** Requests a second with so many of them under way at a time, for so long. */
export async function measureThroughput(
  send: Send,
  connections: number,
  durationMs: number,
): Promise<number> {
  const startedAt = performance.now()
  let answered = 0
  const keepSending = async () => {
    while (performance.now() - startedAt < durationMs) {
      await send()
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, keepSending))
  return answered / ((performance.now() - startedAt) / 1_000)
}

export function toLatency(samplesMs: readonly number[]): Latency {
  const sorted = samplesMs.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50Ms: at(0.5), p95Ms: at(0.95) }
}

async function timed(send: Send): Promise<number> {
  const startedAt = performance.now()
  await send()
  return performance.now() - startedAt
}
