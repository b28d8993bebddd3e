/** What enum values are called on the screen. */
const WORDS: Readonly<Record<string, string>> = {
  WORKOS: 'WorkOS',
  SCALEKIT: 'Scalekit',
  ACTIVE: 'Active',
  INACTIVE: 'Paused',
  DELETING: 'Being deleted',
  INVALID_CREDENTIALS: 'Invalid credentials',
  VALIDATING: 'Being checked',
  API: 'API',
  LDAP: 'LDAP',
  GENERIC: 'Any SCIM provider',
  GOOGLE_WORKSPACE: 'Google Workspace',
  AUTH0: 'Auth0',
  BAMBOOHR: 'BambooHR',
  CEZANNE_HR: 'Cezanne HR',
  BREATHE_HR: 'Breathe HR',
  FOURTH_HR: 'Fourth HR',
  PEOPLE_HR: 'People HR',
  CYBERARK: 'CyberArk',
  ENTRA_ID: 'Entra ID',
  HIBOB: 'HiBob',
  JUMPCLOUD: 'JumpCloud',
  ONELOGIN: 'OneLogin',
  PING_IDENTITY: 'PingIdentity',
  S3: 'S3',
  SAILPOINT: 'SailPoint',
  SFTP: 'SFTP',
  SCIM: 'SCIM',
}

/** The words for an enum value; one that is not known here is spelt out. */
export function words(value: string): string {
  const spelt = value.toLowerCase().replaceAll('_', ' ')
  return WORDS[value] ?? spelt.charAt(0).toUpperCase() + spelt.slice(1)
}
