import { z } from 'zod'
import { count, jsonObject, optionalText, timestamp } from '../wire-record.ts'
import { isWorkosId } from './workos-ids.ts'

/** Lists: `data` and the cursors around it. Bodies from before the cursors' present form omit them. */
export const listWire = z.object({
  data: z.array(z.unknown()),
  list_metadata: z
    .object({ before: z.string().nullish(), after: z.string().nullish() })
    .nullish()
    .transform(metadata => metadata ?? {}),
})
export type ListWire = z.infer<typeof listWire>

/** What every record has, if any of it can be used; null where it has not. */
export function idOf(record: unknown): string | null {
  const isObject = typeof record === 'object' && record !== null
  return isObject && 'id' in record && typeof record.id === 'string' ? record.id : null
}

const organizationId = z.string().refine(id => isWorkosId('Organization', id))
const directoryId = z.string().refine(id => isWorkosId('Directory', id))

export const organizationWire = z.object({
  id: organizationId,
  name: z.string(),
  external_id: optionalText,
  domains: z
    .array(z.object({ domain: z.string(), state: optionalText }))
    .nullish()
    .transform(domains => domains ?? []),
  metadata: jsonObject,
  created_at: timestamp,
  updated_at: timestamp,
})

/** `organization_id`, `domain` and the counters are missing from older or newer records. */
export const directoryWire = z.object({
  id: directoryId,
  organization_id: organizationId.nullish(),
  name: optionalText,
  state: z.string(),
  type: z.string(),
  domain: optionalText,
  external_key: optionalText,
  metadata: z
    .object({
      users: z.object({ active: count, inactive: count }).partial().nullish(),
      groups: count,
    })
    .nullish(),
  created_at: timestamp,
  updated_at: timestamp,
})

const roleWire = z.object({ slug: z.string() })

export const userWire = z.object({
  id: z.string().refine(id => isWorkosId('DirectoryUser', id)),
  directory_id: directoryId.nullish(),
  organization_id: organizationId.nullish(),
  idp_id: optionalText,
  email: optionalText,
  emails: z.array(z.object({ primary: z.boolean().nullish(), value: optionalText })).nullish(),
  username: optionalText,
  first_name: optionalText,
  last_name: optionalText,
  name: optionalText,
  job_title: optionalText,
  state: optionalText,
  role: roleWire.nullish(),
  roles: z.array(roleWire).nullish(),
  custom_attributes: jsonObject,
  raw_attributes: jsonObject,
  created_at: timestamp,
  updated_at: timestamp,
})

export const groupWire = z.object({
  id: z.string().refine(id => isWorkosId('DirectoryGroup', id)),
  directory_id: directoryId.nullish(),
  organization_id: organizationId.nullish(),
  idp_id: optionalText,
  name: z.string(),
  raw_attributes: jsonObject,
  created_at: timestamp,
  updated_at: timestamp,
})

export const portalLinkWire = z.object({ link: z.url() })

export type OrganizationWire = z.infer<typeof organizationWire>
export type DirectoryWire = z.infer<typeof directoryWire>
export type UserWire = z.infer<typeof userWire>
export type GroupWire = z.infer<typeof groupWire>
