import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { globalId } from './start-app.ts'

type Provider = 'workos' | 'scalekit'

/** The global id of an organization of the sandbox. */
export function organizationId(provider: Provider, upstreamId: string): string {
  return globalId('Organization', provider, upstreamId)
}

/** The global id of a directory of the sandbox, by the provider's own id of it. */
export function directoryId({ data }: Sandbox, upstreamId: string): string {
  return globalId('Directory', ...pathOf(data, upstreamId))
}

/** The global id of a user of the sandbox, by the provider's own id of it. */
export function userId({ data }: Sandbox, upstreamId: string): string {
  return globalId('DirectoryUser', ...pathOf(data, homeOf(data, upstreamId)), upstreamId)
}

/** The global id of a group of the sandbox, by the provider's own id of it. */
export function groupId({ data }: Sandbox, upstreamId: string): string {
  return globalId('DirectoryGroup', ...pathOf(data, homeOf(data, upstreamId)), upstreamId)
}

/** The global ids of a directory's users, in the order in which its provider lists them. */
export function userIds({ data }: Sandbox, upstreamId: string): string[] {
  const path = pathOf(data, upstreamId)
  const atWorkos = data.workos.rosters.get(upstreamId)?.users.toReversed()
  const listed = atWorkos ?? data.scalekit.rosters.get(upstreamId)?.users ?? []
  return listed.map(({ id }) => globalId('DirectoryUser', ...path, id))
}

function pathOf({ workos, scalekit }: Sandbox['data'], id: string): [Provider, string, string] {
  const atWorkos = workos.directories.find(directory => directory.id === id)
  if (atWorkos) return ['workos', atWorkos.organization_id, id]
  const atScalekit = scalekit.directories.find(directory => directory.id === id)
  if (atScalekit) return ['scalekit', atScalekit.organization_id, id]
  throw new Error(`the sandbox has no directory ${id}`)
}

function homeOf({ workos, scalekit }: Sandbox['data'], memberId: string): string {
  for (const [id, { users, groups }] of [...workos.rosters, ...scalekit.rosters]) {
    if ([...users, ...groups].some(member => member.id === memberId)) return id
  }
  throw new Error(`the sandbox has no user and no group ${memberId}`)
}
