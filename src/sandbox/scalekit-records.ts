/** One switch in a Scalekit organization's settings, e.g. `dir_sync`. */
export interface ScalekitFeature {
  name: string
  enabled: boolean
}

/** A Scalekit organization; the optional keys are proto3-optional and left out when unset. */
export interface ScalekitOrganization {
  id: string
  create_time: string
  update_time: string | null
  display_name: string
  region_code: string
  external_id?: string
  metadata: Record<string, string>
  settings: { features: ScalekitFeature[] } | null
  slug?: string
  logo_url?: string
}

/** A bearer secret of a Scalekit SCIM endpoint, without its value. */
export interface ScalekitSecret {
  id: string
  create_time: string
  secret_suffix: string
  status: 'ACTIVE' | 'INACTIVE'
  expire_time: string
  last_used_time: string
  directory_id: string
}

/** A Scalekit directory with every field written out, as the gateway does. */
export interface ScalekitDirectory {
  id: string
  name: string
  directory_type: string
  organization_id: string
  enabled: boolean
  directory_provider: string
  last_synced_at: string | null
  directory_endpoint: string
  total_users: number
  total_groups: number
  secrets: ScalekitSecret[]
  stats: {
    total_users: number
    total_groups: number
    group_updated_at: string | null
    user_updated_at: string | null
  } | null
  role_assignments: { assignments: { group_id: string; role_name: string; role_id: string }[] } | null
  attribute_mappings: { attributes: { key: string; map_to: string }[] } | null
  status: string
  email: string
  groups_tracked: string
}

/** Where an identity provider writes to; a name that never resolves, the same in every sandbox. */
export function toScimEndpoint(directoryId: string): string {
  return `https://sandbox.scalekit.example/directory/${directoryId}/scim/v2`
}

/** A Scalekit directory user as stored; `groups` is added only when an answer is written. */
export interface ScalekitUser {
  id: string
  email: string
  preferred_username: string
  given_name: string
  family_name: string
  updated_at: string
  emails: string[]
  user_detail: Record<string, unknown>
}

/** A Scalekit directory group. */
export interface ScalekitGroup {
  id: string
  display_name: string
  total_users: number
  updated_at: string
  group_detail: Record<string, unknown>
}

/** An event of Scalekit, as its webhooks carry it. */
export interface ScalekitEvent {
  spec_version: '1'
  id: string
  type: string
  occurred_at: string
  environment_id: string
  organization_id: string
  object: 'Organization' | 'Directory' | 'DirectoryUser' | 'DirectoryGroup'
  data: Record<string, unknown>
}
