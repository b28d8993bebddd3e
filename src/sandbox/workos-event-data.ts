import type { WorkosDirectory } from './workos-records.ts'

/** The data of `dsync.activated`: no counters, and a domain only in a list. */
export function toActivatedEventData(directory: WorkosDirectory): Record<string, unknown> {
  const { domain, metadata: _, ...activated } = directory
  const domains = domain === undefined ? [] : [{ object: 'organization_domain', id: 'org_domain_0', domain }]
  return { ...activated, state: 'active', domains }
}

/** The data of `dsync.deleted`: the state is the one before the deletion, and no domain is named. */
export function toDeletedEventData(directory: WorkosDirectory): Record<string, unknown> {
  const { object, id, organization_id, type, state, name, created_at, updated_at } = directory
  return { object, id, organization_id, type, state, name, created_at, updated_at }
}

/** The attributes that differ, as they were before: null for one that was not there. */
export function toPreviousAttributes<Row extends object>(before: Row, after: Row): Record<string, unknown> {
  const previous = new Map(Object.entries(before))
  const differing = Object.entries(after).filter(
    ([name, value]) => name !== 'updated_at' && JSON.stringify(value) !== JSON.stringify(previous.get(name)),
  )
  return Object.fromEntries(differing.map(([name]) => [name, previous.get(name) ?? null]))
}
