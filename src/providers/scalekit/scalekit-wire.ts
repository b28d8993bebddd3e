import { z } from 'zod'
import { count, jsonObject, optionalText, timestamp } from '../wire-record.ts'
import { isScalekitId } from './scalekit-ids.ts'

/** Unset lists come as `[]`, as null or not at all. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform(items => items ?? [])

/** Parts of a record: one that can't be read is left out, and does not cost the record. */
const partsOf = <T extends z.ZodType>(item: T) =>
  listOf(z.unknown()).transform(parts =>
    parts.flatMap(part => {
      const parsed = item.safeParse(part)
      return parsed.success ? [parsed.data] : []
    }),
  )

/** "No more" is an empty string, null or nothing at all. */
const pageToken = z
  .string()
  .nullish()
  .transform(token => (token ? token : null))

/** What surrounds every list; the records are under a name of their own. */
const pageWire = {
  next_page_token: pageToken,
  prev_page_token: pageToken,
  total_size: count,
}
export const organizationsWire = z.object({ ...pageWire, organizations: listOf(z.unknown()) })
export const usersWire = z.object({ ...pageWire, users: listOf(z.unknown()) })
export const groupsWire = z.object({ ...pageWire, groups: listOf(z.unknown()) })
export const directoriesWire = z.object({ directories: listOf(z.unknown()) })

const organizationId = z.string().refine(id => isScalekitId('Organization', id))
const directoryId = z.string().refine(id => isScalekitId('Directory', id))

export const organizationWire = z.object({
  id: organizationId,
  display_name: z.string(),
  external_id: optionalText,
  metadata: jsonObject,
  settings: z
    .object({ features: listOf(z.object({ name: z.string(), enabled: z.boolean().nullish() })) })
    .nullish(),
  create_time: timestamp,
  update_time: timestamp,
})

export const secretWire = z.object({
  id: z.string(),
  secret_suffix: z.string(),
  // ACTIVE is the zero value, which an answer may leave out.
  status: z
    .string()
    .nullish()
    .transform(status => status || 'ACTIVE'),
  create_time: timestamp,
  expire_time: timestamp,
  last_used_time: timestamp,
})

export const directoryWire = z.object({
  id: directoryId,
  organization_id: organizationId,
  name: optionalText,
  directory_type: z.string(),
  directory_provider: optionalText,
  enabled: z.boolean().nullish(),
  status: optionalText,
  last_synced_at: timestamp,
  directory_endpoint: optionalText,
  total_users: count,
  total_groups: count,
  stats: z
    .object({
      total_users: count,
      total_groups: count,
      group_updated_at: timestamp,
      user_updated_at: timestamp,
    })
    .nullish(),
  secrets: partsOf(secretWire),
  role_assignments: z
    .object({ assignments: partsOf(z.object({ group_id: z.string(), role_name: z.string() })) })
    .nullish(),
  attribute_mappings: z
    .object({ attributes: partsOf(z.object({ key: z.string(), map_to: z.string() })) })
    .nullish(),
})

/** Inside a user only the id and the name are filled. */
export const groupWire = z.object({
  id: z.string().refine(id => isScalekitId('DirectoryGroup', id)),
  display_name: z.string(),
  total_users: count,
  group_detail: jsonObject,
  updated_at: timestamp,
})

export const userWire = z.object({
  id: z.string().refine(id => isScalekitId('DirectoryUser', id)),
  email: optionalText,
  emails: listOf(z.string()).transform(emails => emails.filter(email => email !== '')),
  preferred_username: optionalText,
  given_name: optionalText,
  family_name: optionalText,
  groups: partsOf(groupWire),
  user_detail: jsonObject,
  updated_at: timestamp,
})

export const organizationAnswer = z.object({ organization: organizationWire })
export const directoryAnswer = z.object({ directory: directoryWire })
export const toggleAnswer = z.object({ enabled: z.boolean().nullish() })
export const portalLinkAnswer = z.object({ link: z.object({ location: z.url(), expire_time: timestamp }) })
export const secretAnswer = z.object({ plain_secret: z.string().min(1), secret: secretWire })

export type OrganizationWire = z.infer<typeof organizationWire>
export type DirectoryWire = z.infer<typeof directoryWire>
export type SecretWire = z.infer<typeof secretWire>
export type UserWire = z.infer<typeof userWire>
export type GroupWire = z.infer<typeof groupWire>
