const DAY_MS = 24 * 60 * 60 * 1_000

/** What of a directory tells whether somebody should look at it. */
export interface Health {
  readonly provider: string
  readonly state: string
  readonly lastSyncedAt: string | null | undefined
  /** When it was created, or its organization where that is not told. */
  readonly since: string | null | undefined
}

/** Why somebody should look at a directory. */
export interface Attention {
  readonly reason: string
  /** What is more urgent has less. */
  readonly rank: number
}

/** Why somebody should look at a directory; null where nothing is wrong that is known of. */
export function attentionOf(health: Health, nowMs: number): Attention | null {
  const { state } = health
  if (state === 'INVALID_CREDENTIALS') {
    return { reason: 'The identity provider refuses its credentials', rank: 0 }
  }
  if (state === 'DELETING') return { reason: 'It is being deleted', rank: 1 }
  return state === 'ACTIVE' ? latenessOf(health, nowMs) : null
}

/** The longer there was no sync, the more urgent; `rank` is between 2 and 3. */
function latenessOf({ provider, lastSyncedAt, since }: Health, nowMs: number): Attention | null {
  if (lastSyncedAt) {
    const syncedMs = Date.parse(lastSyncedAt)
    const days = Math.floor((nowMs - syncedMs) / DAY_MS)
    if (days < 1) return null
    return {
      reason: `It has not been synced for ${days === 1 ? 'a day' : `${days} days`}`,
      rank: 2 + syncedMs / nowMs,
    }
  }
  // WorkOS does not tell of syncs at all.
  const isNew = since ? nowMs - Date.parse(since) < DAY_MS : false
  return provider === 'WORKOS' || isNew ? null : { reason: 'It has never been synced', rank: 2 }
}
