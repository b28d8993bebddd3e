/** A domain of a WorkOS organization; domains claimed before 2023 carry only the required keys. */
export interface WorkosDomain {
  object: 'organization_domain'
  id: string
  domain: string
  organization_id?: string
  state?: string
  verification_strategy?: string
  verification_token?: string
  verification_prefix?: string
  created_at?: string
  updated_at?: string
}

/** A WorkOS organization; `metadata` and `external_id` are missing on bodies from before 2024. */
export interface WorkosOrganization {
  object: 'organization'
  id: string
  name: string
  domains: WorkosDomain[]
  metadata?: Record<string, string>
  external_id?: string | null
  allow_profiles_outside_organization?: boolean
  stripe_customer_id?: string
  created_at: string
  updated_at: string
}

/** A WorkOS directory; `domain` is left out when unset and `metadata` is an addition of 2026. */
export interface WorkosDirectory {
  object: 'directory'
  id: string
  organization_id: string
  external_key: string
  type: string
  state: string
  name: string
  domain?: string
  metadata?: { users: { active: number; inactive: number }; groups: number }
  created_at: string
  updated_at: string
}

/** A WorkOS directory user as stored; `groups` is added only when an answer is written. */
export interface WorkosUser {
  object: 'directory_user'
  id: string
  directory_id: string
  organization_id: string
  idp_id: string
  email: string | null
  emails?: { primary?: boolean; type?: string; value: string | null }[]
  first_name?: string | null
  last_name?: string | null
  name?: string | null
  job_title?: string | null
  username?: string | null
  state: string
  role?: { slug: string }
  roles?: { slug: string }[]
  raw_attributes: Record<string, unknown>
  custom_attributes: Record<string, unknown>
  created_at: string
  updated_at: string
}

/** A WorkOS directory group. */
export interface WorkosGroup {
  object: 'directory_group'
  id: string
  idp_id: string
  directory_id: string
  organization_id: string
  name: string
  raw_attributes?: Record<string, unknown>
  created_at: string
  updated_at: string
}

/** An entry of the WorkOS event log. */
export interface WorkosEvent {
  object: 'event'
  id: string
  event: string
  data: Record<string, unknown>
  created_at: string
}
