const DAY_MS = 24 * 60 * 60 * 1_000

/** What of a directory tells whether somebody should look at it. */
export interface Health {
  readonly state: string
  readonly lastSyncedAt: string | null | undefined
}

/** Why somebody should look at a directory, in words; null where nothing is wrong that is known of. */
export function attentionOf({ state, lastSyncedAt }: Health, nowMs: number): string | null {
  if (state === 'INVALID_CREDENTIALS') return 'The identity provider refuses its credentials'
  if (state === 'DELETING') return 'It is being deleted'
  if (state === 'ACTIVE' && lastSyncedAt && nowMs - Date.parse(lastSyncedAt) > DAY_MS)
    return 'It has not been synced for a day'
  return null
}
