import { type Given, type SettingName, settings } from './settings.ts'

const SECRETS: ReadonlySet<SettingName> = new Set([
  'WORKOS_API_KEY',
  'SCALEKIT_CLIENT_SECRET',
  'DIRGRAPH_ADMIN_TOKEN',
  'WORKOS_WEBHOOK_SECRETS',
  'SCALEKIT_WEBHOOK_SECRETS',
  'REDIS_URL',
])

/** The line about a setting that can't be used: its name, what it held and what it may hold. */
export function toMistake(name: SettingName, given: Given): string {
  return `${name} is ${show(name, given)}; it may be ${settings.shape[name].description}.`
}

/** What a setting held, so that its author knows it again, but for what is secret or looks as if it were. */
export function show(name: SettingName, given: Given): string {
  const value = given[name] ?? ''
  // Somebody may have put a key into the line above or below its own.
  const isSecret =
    SECRETS.has(name) ||
    /(^|[^a-z])(sk|key|test|live|prod|secret)_/i.test(value) ||
    /^eyJ|^[\w.-]{32,}$/.test(value) ||
    secretsIn(given).some(secret => value.includes(secret))
  if (isSecret) return 'set to something that can not be used'
  const withoutCredentials = value.replace(/^([a-z]+:\/\/)?.*@/is, '$1…@').replace(/[?#].*$/s, '?…')
  return `\`${onOneLine(withoutCredentials)}\``
}

/** Some settings are lists of secrets. */
function secretsIn(given: Given): string[] {
  return [...SECRETS].flatMap(name => given[name]?.split(',') ?? []).filter(secret => secret.trim() !== '')
}

/** The beginning of a text, on one line, whatever it is. */
export function onOneLine(text: string): string {
  const printable = text.replace(/\p{C}/gu, '\u{fffd}')
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable
}
