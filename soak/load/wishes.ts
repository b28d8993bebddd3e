import type { DirectoryState } from '../sandbox/directory-state.ts'
import type { Scope } from '../scope.ts'
import { directoryIdOf, toGlobalId } from './global-id.ts'
import type { Wish } from './subscriber.ts'

const KINDS = ['USER_CREATED', 'USER_UPDATED', 'USER_DELETED']

/** Subscribers of all kinds: who stay, and who come and go. */
export function wishesOf(states: readonly DirectoryState[], { seconds }: Scope): Wish[] {
  const leavesWithinMs = Math.min(30_000, (seconds * 1_000) / 6)
  const [workos, scalekit] = (['workos', 'scalekit'] as const).map(name => {
    const state = states.find(({ provider }) => provider === name)
    if (state === undefined) throw new Error(`no directory of ${name} changes`)
    return state
  }) as [DirectoryState, DirectoryState]
  return [
    { name: 'all events', filter: '', wants: () => true, leavesWithinMs: null },
    { name: 'all events, comes and goes', filter: '', wants: () => true, leavesWithinMs },
    { ...ofOrganization(workos), leavesWithinMs: null },
    { ...ofOrganization(scalekit), leavesWithinMs },
    {
      name: 'a directory of WorkOS, comes and goes',
      filter: `(directoryId: "${directoryIdOf(workos)}")`,
      wants: ({ directoryId }) => directoryId === workos.directoryId,
      leavesWithinMs,
    },
    {
      name: 'users, comes and goes',
      filter: `(kinds: [${KINDS.join(', ')}])`,
      wants: ({ kind }) => KINDS.includes(kind),
      leavesWithinMs,
    },
  ]
}

function ofOrganization({ provider, organizationId }: DirectoryState): Omit<Wish, 'leavesWithinMs'> {
  return {
    name: `an organization of ${provider}`,
    filter: `(organizationId: "${toGlobalId('Organization', provider, organizationId)}")`,
    wants: event => event.provider === provider && event.organizationId === organizationId,
  }
}
