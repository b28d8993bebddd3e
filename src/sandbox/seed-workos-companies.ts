/** A directory to be seeded on WorkOS. */
export interface WorkosDirectoryPlan {
  type: string
  state: string
  name: string
  users: number
  groups: number
  domain?: string
  /** The 2026 counters are missing on directories that have not synced since. */
  isUncounted?: boolean
}

/** A company to be seeded on WorkOS. */
export interface WorkosCompanyPlan {
  name: string
  createdAt: string
  domains: { domain: string; state: string }[]
  externalId?: string | null
  metadata?: Record<string, string>
  directories: WorkosDirectoryPlan[]
}

/** The companies on WorkOS, oldest first. */
export const workosCompanies: readonly WorkosCompanyPlan[] = [
  {
    name: 'Orchard Street Bakery',
    createdAt: '2021-03-02T09:14:05.310Z',
    domains: [{ domain: 'orchardstreet.example', state: 'legacy' }],
    directories: [],
  },
  {
    name: 'Kestrel & Finch LLP',
    createdAt: '2022-06-21T13:40:11.902Z',
    domains: [
      { domain: 'kestrelfinch.example', state: 'verified' },
      { domain: 'kf-law.example', state: 'legacy_verified' },
    ],
    externalId: 'crm-2044',
    metadata: { tier: 'business' },
    directories: [
      {
        type: 'azure scim v2.0',
        state: 'linked',
        name: 'Kestrel Entra ID',
        users: 120,
        groups: 14,
        domain: 'kestrelfinch.example',
      },
      { type: 'sftp', state: 'unlinked', name: 'Kestrel HR export', users: 18, groups: 2, isUncounted: true },
    ],
  },
  {
    name: 'Halden Robotics',
    createdAt: '2023-01-17T08:00:00.000Z',
    domains: [
      { domain: 'haldenrobotics.example', state: 'verified' },
      { domain: 'halden.example', state: 'pending' },
    ],
    externalId: 'crm-1001',
    metadata: { tier: 'enterprise', region: 'eu-north', 'account owner': 'Ingrid' },
    directories: [
      {
        type: 'okta scim v2.0',
        state: 'linked',
        name: 'Halden Okta',
        users: 2000,
        groups: 40,
        domain: 'haldenrobotics.example',
      },
    ],
  },
  {
    name: 'Tanaka Seiki 田中精機',
    createdAt: '2023-09-05T01:22:47.118Z',
    domains: [{ domain: 'tanaka-seiki.example', state: 'verified' }],
    externalId: null,
    metadata: {},
    directories: [
      {
        type: 'gsuite directory',
        state: 'linked',
        name: '田中精機 Google Workspace',
        users: 64,
        groups: 9,
        isUncounted: true,
      },
    ],
  },
  {
    name: 'Tannery Lane Apparel',
    createdAt: '2024-02-29T17:05:33.640Z',
    domains: [{ domain: 'tannerylane.example', state: 'failed' }],
    externalId: 'crm/3310:eu',
    metadata: { tier: 'starter' },
    directories: [
      {
        type: 'workday',
        state: 'deleting',
        name: 'Tannery Workday',
        users: 22,
        groups: 4,
        domain: 'tannerylane.example',
      },
    ],
  },
  {
    name: 'Bluebonnet Health',
    createdAt: '2025-05-12T20:31:09.004Z',
    domains: [{ domain: 'bluebonnet.example', state: 'pending' }],
    externalId: 'crm-4127',
    metadata: { hipaa: 'true' },
    directories: [
      {
        type: 'bamboohr',
        state: 'validating',
        name: 'Bluebonnet BambooHR',
        users: 3,
        groups: 1,
        domain: 'bluebonnet.example',
      },
    ],
  },
  {
    name: 'Nimbus Freight',
    createdAt: '2026-01-08T11:58:20.775Z',
    domains: [],
    externalId: null,
    metadata: { tier: 'business' },
    directories: [
      {
        type: 'nimbus id v3',
        state: 'invalid_credentials',
        name: 'Nimbus ID',
        users: 35,
        groups: 5,
        domain: 'nimbusfreight.example',
      },
    ],
  },
]
