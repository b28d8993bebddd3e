/** A directory to be seeded on Scalekit. */
export interface ScalekitDirectoryPlan {
  type: string
  provider: string
  name: string
  isEnabled: boolean
  status: string
  users: number
  groups: number
  /** The polling account, for directories that are read rather than written to. */
  email?: string
}

/** A company to be seeded on Scalekit. */
export interface ScalekitCompanyPlan {
  name: string
  createdAt: string
  domain: string
  externalId?: string
  slug?: string
  metadata: Record<string, string>
  /** `null`: nothing was ever set. */
  features: { name: string; enabled: boolean }[] | null
  directories: ScalekitDirectoryPlan[]
}

/** The companies on Scalekit, newest first. */
export const scalekitCompanies: readonly ScalekitCompanyPlan[] = [
  {
    name: 'Pinwheel Studio',
    createdAt: '2026-06-30T07:45:12.043215988Z',
    domain: 'pinwheel.example',
    metadata: {},
    features: null,
    directories: [],
  },
  {
    name: 'Cedar Hollow Schools',
    createdAt: '2026-02-11T15:20:00Z',
    domain: 'cedarhollow.example',
    externalId: 'school-district-9',
    metadata: { plan: 'education' },
    features: [
      { name: 'dir_sync', enabled: false },
      { name: 'sso', enabled: true },
    ],
    directories: [
      {
        type: 'SCIM',
        provider: 'ONELOGIN',
        name: 'Cedar Hollow OneLogin',
        isEnabled: false,
        status: 'DRAFT',
        users: 9,
        groups: 2,
      },
    ],
  },
  {
    name: 'Al-Noor Logistics النور',
    createdAt: '2025-08-19T04:11:52.6Z',
    domain: 'alnoor.example',
    externalId: 'acct_55017',
    metadata: { plan: 'growth' },
    features: [{ name: 'dir_sync', enabled: true }],
    directories: [
      {
        type: 'POLL',
        provider: 'GOOGLE',
        name: '',
        isEnabled: true,
        status: 'IN_PROGRESS',
        users: 57,
        groups: 7,
        email: 'sync@alnoor.example',
      },
    ],
  },
  {
    name: 'Farrow & Lindqvist',
    createdAt: '2025-03-04T12:09:41.118Z',
    domain: 'farrowlindqvist.example',
    externalId: 'acct_20981',
    slug: 'farrow-lindqvist',
    metadata: { plan: 'enterprise', csm: 'Maja' },
    features: [
      { name: 'sso', enabled: true },
      { name: 'dir_sync', enabled: true },
    ],
    directories: [
      {
        type: 'LDAP',
        provider: 'JUMPCLOUD',
        name: 'Farrow JumpCloud (old)',
        isEnabled: false,
        status: 'COMPLETED',
        users: 12,
        groups: 3,
      },
      {
        type: 'SCIM',
        provider: 'MICROSOFT_AD',
        name: 'Farrow Entra ID',
        isEnabled: true,
        status: 'COMPLETED',
        users: 95,
        groups: 11,
      },
    ],
  },
  {
    name: 'Vantage Point Analytics',
    createdAt: '2024-10-22T18:36:05.501277310Z',
    domain: 'vantagepoint.example',
    externalId: 'acct_10007',
    slug: 'vantage-point',
    metadata: { plan: 'enterprise' },
    features: [{ name: 'dir_sync', enabled: true }],
    directories: [
      {
        type: 'SCIM',
        provider: 'OKTA',
        name: 'Vantage Okta',
        isEnabled: true,
        status: 'COMPLETED',
        users: 412,
        groups: 36,
      },
    ],
  },
]
