/** How far the reader's clock is behind the server's. */
let behindMs = 0

/** Takes the server's time from an answer of it, so that what is left of a minute is right by a clock that is wrong. */
export function noteServerTime(date: string | null): void {
  const serverMs = Date.parse(date ?? '')
  if (!Number.isNaN(serverMs)) behindMs = serverMs - Date.now()
}

/** The time by the server's clock. */
export function serverNowMs(): number {
  return Date.now() + behindMs
}
