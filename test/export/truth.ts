import type { SandboxData } from '../../src/sandbox/sandbox.ts'

/** What a row is about, in a line of its own: its type, ids, name and, for users, e-mail address and groups. */
export type Fact = string

interface Row {
  readonly type: string
  readonly provider: string
  readonly upstreamId: string
  readonly directoryId?: string
  readonly name: string | null
  readonly email?: string | null
  readonly groups?: readonly { readonly id: string; readonly name: string }[]
}

/** What an export has to say of those directories (all, unless said otherwise), straight from what the sandbox holds. */
export function truthOf({ workos, scalekit }: SandboxData, only: readonly string[] | null = null): Fact[] {
  const isWanted = ({ id }: { id: string }) => only === null || only.includes(id)
  const facts: Fact[] = []
  for (const { id, name } of workos.directories.filter(isWanted)) {
    facts.push(factOf('directory', 'WORKOS', id, name, '', []))
    const { users = [], groups = [], groupIdsByUser } = workos.rosters.get(id) ?? {}
    const nameOf = new Map(groups.map(group => [group.id, group.name]))
    facts.push(...groups.map(group => factOf('group', 'WORKOS', group.id, group.name, '', [])))
    for (const user of users) {
      const listed = (user.emails ?? []).filter(({ value }) => value !== null)
      const email = user.email ?? (listed.find(({ primary }) => primary) ?? listed[0])?.value ?? ''
      const ids = [...(groupIdsByUser?.get(user.id) ?? [])]
      facts.push(
        factOf(
          'user',
          'WORKOS',
          user.id,
          null,
          email,
          ids.map(group => [group, nameOf.get(group) ?? '']),
        ),
      )
    }
  }
  for (const { id, name } of scalekit.directories.filter(isWanted)) {
    facts.push(factOf('directory', 'SCALEKIT', id, name, '', []))
    const { users = [], groups = [], groupIdsByUser } = scalekit.rosters.get(id) ?? {}
    const nameOf = new Map(groups.map(group => [group.id, group.display_name]))
    facts.push(...groups.map(group => factOf('group', 'SCALEKIT', group.id, group.display_name, '', [])))
    for (const user of users) {
      const email = user.email || user.emails.find(address => address !== '') || ''
      const ids = [...(groupIdsByUser?.get(user.id) ?? [])]
      facts.push(
        factOf(
          'user',
          'SCALEKIT',
          user.id,
          null,
          email,
          ids.map(group => [group, nameOf.get(group) ?? '']),
        ),
      )
    }
  }
  return facts.toSorted()
}

/** What the rows of an export say, in the same form. */
export function factsIn(rows: readonly Row[]): Fact[] {
  return rows
    .map(({ type, provider, upstreamId, name, email, groups = [] }) => {
      // What an unnamed directory is called is ours; names of users are put together in part.
      const plainName = type === 'user' ? null : name
      const named = groups.map(group => [upstreamIdIn(group.id), group.name] as const)
      return factOf(type, provider, upstreamId, plainName, email ?? '', named)
    })
    .toSorted()
}

/** The rows of a file of JSON lines; each line has to be whole. */
export function rowsIn(text: string): Row[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not whole')
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))
}

function factOf(
  type: string,
  provider: string,
  id: string,
  name: string | null,
  email: string,
  groups: readonly (readonly [id: string, name: string])[],
): Fact {
  const sorted = groups.map(([group, title]) => `${group}=${title}`).toSorted()
  const shown = type === 'directory' ? '' : (name ?? '')
  return [type, provider, id, shown, email, ...sorted].join(' | ')
}

function upstreamIdIn(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString().split(':').at(-1) ?? ''
}
