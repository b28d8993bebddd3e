import { useSearchParams } from 'wouter'

export const TABS = ['users', 'groups', 'secrets', 'mappings'] as const
export type TabName = (typeof TABS)[number]

/** Where one is on the screen of a directory, as its address has it. */
export interface Place {
  readonly tab: TabName
  /** The ids of whoever and whatever is open at the side. */
  readonly user: string | null
  readonly group: string | null
  /** Which users are listed: those of the group, the one with the address, from the end of the list. */
  readonly in: string | null
  readonly email: string | null
  readonly from: 'end' | null
}

/** The place, and how to go to another one; what is not named stays. */
export function usePlace(): [Place, (changes: Partial<Place>) => void] {
  const [params, setParams] = useSearchParams()
  const named = params.get('tab')
  const place: Place = {
    tab: TABS.find(tab => tab === named) ?? 'users',
    user: params.get('user'),
    group: params.get('group'),
    in: params.get('in'),
    email: params.get('email'),
    from: params.get('from') === 'end' ? 'end' : null,
  }
  const go = (changes: Partial<Place>) =>
    setParams(current => {
      const next = new URLSearchParams(current)
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === undefined) next.delete(name)
        else next.set(name, value)
      }
      return next
    })
  return [place, go]
}

/** The path of an organization's screen; of all of them where there is none. */
export function organizationPath(id: string | null | undefined): string {
  return id ? `/organizations/${encodeURIComponent(id)}` : '/'
}
