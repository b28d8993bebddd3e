import { onOneLine } from './mistakes.ts'
import { type Given, type SettingName, settings } from './settings.ts'

const USER_TOKENS: readonly SettingName[] = [
  'DIRGRAPH_JWKS_URL',
  'DIRGRAPH_JWT_ISSUER',
  'DIRGRAPH_JWT_AUDIENCE',
  'DIRGRAPH_JWT_PROVIDER',
]
/** Scalekit is set up by all three. */
export const SCALEKIT: readonly SettingName[] = [
  'SCALEKIT_ENVIRONMENT_URL',
  'SCALEKIT_CLIENT_ID',
  'SCALEKIT_CLIENT_SECRET',
]

/** Settings that are fine one by one, and together would not do what was meant. */
export function findContradictions(given: Given, isSandbox: boolean): string[] {
  const mistakes: string[] = []
  const { DIRGRAPH_ADMIN_TOKEN: adminToken, DIRGRAPH_JWT_PROVIDER: provider } = given
  if (
    given.DIRGRAPH_PERSISTED_DOCUMENTS_MODE === 'only' &&
    given.DIRGRAPH_PERSISTED_DOCUMENTS === undefined
  ) {
    mistakes.push('DIRGRAPH_PERSISTED_DOCUMENTS_MODE is `only`; set DIRGRAPH_PERSISTED_DOCUMENTS as well.')
  }
  if (adminToken !== undefined && [given.WORKOS_API_KEY, given.SCALEKIT_CLIENT_SECRET].includes(adminToken)) {
    mistakes.push('DIRGRAPH_ADMIN_TOKEN is a provider’s own key; make a token that is nothing else.')
  }
  if (!isSandbox && given.DIRGRAPH_SANDBOX_CHANGES === 'true') {
    mistakes.push(
      'DIRGRAPH_SANDBOX_CHANGES is `true` and the sandbox is off; set DIRGRAPH_SANDBOX to `true`.',
    )
  }
  const isMissing = { workos: !given.WORKOS_API_KEY, scalekit: !given.SCALEKIT_CLIENT_SECRET }
  if (!isSandbox && (provider === 'workos' || provider === 'scalekit') && isMissing[provider]) {
    mistakes.push(`DIRGRAPH_JWT_PROVIDER is \`${provider}\`, which is not set up here.`)
  }
  return mistakes
}

/** What lacks a part of itself, a line for each. */
export function findMissing(given: Given, isProviderGiven: boolean): string[] {
  // What DIRGRAPH_SANDBOX holds may be the mistake itself; then it has its line already.
  if (!isProviderGiven && given.DIRGRAPH_SANDBOX === 'false') {
    return [
      'DIRGRAPH_SANDBOX is `false` and no provider is set; set WORKOS_API_KEY or the three of Scalekit.',
    ]
  }
  const missing = SCALEKIT.filter(name => given[name] === undefined)
  if (missing.length === SCALEKIT.length) return []
  return missing.map(name => `${name} is not set; Scalekit needs all of ${SCALEKIT.join(', ')}.`)
}

/** The same of users' tokens. */
export function findMissingOfTokens(given: Given): string[] {
  const missing = USER_TOKENS.filter(name => given[name] === undefined)
  if (missing.length === USER_TOKENS.length) return []
  return missing.map(name => `${name} is not set; users’ tokens need all of ${USER_TOKENS.join(', ')}.`)
}

/** Sixteen random characters are more than anybody tries. */
const LEAST_TOKEN_LENGTH = 16

/** What says nothing without another setting. */
const PARTS: readonly (readonly [SettingName, SettingName])[] = [
  ['WORKOS_API_URL', 'WORKOS_API_KEY'],
  ['DIRGRAPH_JWT_PERMISSIONS', 'DIRGRAPH_JWKS_URL'],
]
/** The same, but for the sandbox, which has these as well. */
const PARTS_OF_REAL_ONES: typeof PARTS = [
  ['WORKOS_WEBHOOK_SECRETS', 'WORKOS_API_KEY'],
  ['WORKOS_EVENTS_POLL_SECONDS', 'WORKOS_API_KEY'],
  ['SCALEKIT_WEBHOOK_SECRETS', 'SCALEKIT_ENVIRONMENT_URL'],
]

/** What is not wrong, but probably not meant. */
export function findWarnings(given: Given, isSandbox: boolean, isProviderIgnored: boolean): string[] {
  const warnings = Object.keys(given)
    .filter(name => /^(DIRGRAPH|WORKOS|SCALEKIT)_/.test(name) && !(name in settings.shape))
    .map(name => `${onOneLine(name)} is no setting of dirgraph; it is ignored.`)
  if (isProviderIgnored) {
    warnings.push('DIRGRAPH_SANDBOX is `true`; the settings of WorkOS and Scalekit are ignored.')
  }
  for (const [name, other] of isSandbox ? PARTS : [...PARTS, ...PARTS_OF_REAL_ONES]) {
    if (given[name] === undefined || given[other] !== undefined) continue
    warnings.push(`${name} is set without ${other}; it is ignored.`)
  }
  if (
    given.DIRGRAPH_FEDERATION === 'true' &&
    given.DIRGRAPH_PERSISTED_DOCUMENTS_MODE === 'only' &&
    given.DIRGRAPH_JWKS_URL !== undefined
  ) {
    warnings.push(
      'DIRGRAPH_PERSISTED_DOCUMENTS_MODE is `only`; a gateway’s documents are its own, so it can not ask for users.',
    )
  }
  if ((given.DIRGRAPH_ADMIN_TOKEN?.length ?? LEAST_TOKEN_LENGTH) < LEAST_TOKEN_LENGTH) {
    warnings.push(`DIRGRAPH_ADMIN_TOKEN is shorter than ${LEAST_TOKEN_LENGTH} characters; it can be guessed.`)
  }
  return warnings
}
