import type { ProviderName } from '../domain/entity-key.ts'
import type { SharedFollower } from '../upstream/shared-answers.ts'
import type { FollowedStream } from './followed-stream.ts'
import type { Replicas } from './replicas.ts'

/** What a replica, `by` its id, tells the others to end; `everything` where nobody knows all of it any more. */
export type Told = { readonly by: string; readonly provider: ProviderName } & (
  | { readonly dropped: readonly string[] | 'everything' }
  | { readonly forgot: string }
)

/** Hands what others have told to the followers of the answers that it is about; how to become one is what it gives back. */
export function followTold(
  told: FollowedStream,
  replicas: Replicas,
): (provider: ProviderName, follower: SharedFollower) => void {
  const followers = new Map<ProviderName, SharedFollower>()
  let isHeard = false
  told.follow({
    apply({ fields }) {
      const entry = parseTold(fields.told)
      if (entry === null) {
        for (const follower of followers.values()) follower.forgotAll()
        return
      }
      if (entry.by === replicas.id) return
      const follower = followers.get(entry.provider)
      if ('forgot' in entry) follower?.forgot(entry.forgot)
      else if (entry.dropped === 'everything') follower?.forgotAll()
      else follower?.dropped(entry.dropped)
    },
    lost() {
      isHeard = false
      for (const follower of followers.values()) follower.lost()
    },
    regained(isGap) {
      isHeard = true
      for (const follower of followers.values()) follower.regained(isGap)
    },
  })
  return (provider, follower) => {
    followers.set(provider, follower)
    if (isHeard) follower.regained(true)
  }
}

/** Null for what another version may have told: then it may have been anything. */
function parseTold(text: string | undefined): Told | null {
  try {
    const { by, provider, dropped, forgot } = JSON.parse(text ?? '')
    if (typeof forgot === 'string') return { by, provider, forgot }
    return dropped === 'everything' || Array.isArray(dropped) ? { by, provider, dropped } : null
  } catch {
    return null
  }
}
