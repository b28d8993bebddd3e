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
