const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

// 2015-01-01: keeps the digits of an id at 17, as in the ids Scalekit hands out.
const scalekitEpochMs = 1_420_070_400_000

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function toBase32(value: number, length: number): string {
  let rest = value
  let text = ''
  for (let position = 0; position < length; position += 1) {
    text = crockford.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** A ULID: ten characters of time, then sixteen from the stream. */
export function toUlid(epochMs: number, random: () => number): string {
  // Four characters a draw: a draw has 32 bits, of which the upper twenty are taken.
  const draws = Array.from({ length: 4 }, () => toBase32(Math.floor(random() * 2 ** 20), 4))
  return toBase32(epochMs, 10) + draws.join('')
}

/** A ULID whose last characters are a running number: ordered, and free to make. */
export function toSequentialUlid(epochMs: number, sequence: number): string {
  return `${toBase32(epochMs, 10)}000000${toBase32(sequence, 10)}`
}

/** The digits of a Scalekit id: milliseconds, then five digits that tell apart what shares them. */
export function toScalekitDigits(epochMs: number, sequence: number): string {
  return `${epochMs - scalekitEpochMs}${String(sequence % 100_000).padStart(5, '0')}`
}
