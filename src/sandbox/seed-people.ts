import { faker as arabic } from '@faker-js/faker/locale/ar'
import { faker as english } from '@faker-js/faker/locale/en'
import { faker as french } from '@faker-js/faker/locale/fr'
import { faker as hebrew } from '@faker-js/faker/locale/he'
import { faker as japanese } from '@faker-js/faker/locale/ja'
import { faker as korean } from '@faker-js/faker/locale/ko'
import { faker as russian } from '@faker-js/faker/locale/ru'

/** Somebody on the payroll, before a provider gives them its own shape. */
export interface Person {
  givenName: string
  familyName: string
  username: string
  email: string
  jobTitle: string
  department: string
  city: string
  employeeNumber: string
}

const departments = [
  'Engineering',
  'Sales',
  'Finance',
  'People',
  'Legal',
  'Support',
  'Operations',
  'Marketing',
  'Security',
  'Design',
]

// Most names are English; every fifth is written in another script or with accents.
const otherLocales = [japanese, arabic, french, hebrew, russian, korean]

const isPlain = /^[A-Za-z]+$/

function toUsername(givenName: string, familyName: string, number: number): string {
  const isLatin = isPlain.test(givenName) && isPlain.test(familyName)
  return isLatin ? `${givenName}.${familyName}`.toLowerCase() : `staff${number}`
}

/** Makes people one after the other; the same seed makes the same ones. Their numbers come after `from`. */
export function createPeople(seed: number, from = 1000): (domain: string) => Person {
  const taken = new Set<string>()
  for (const locale of [english, ...otherLocales]) locale.seed(seed)
  let number = from
  return domain => {
    number += 1
    const locale = number % 5 === 0 ? (otherLocales[(number / 5) % otherLocales.length] ?? english) : english
    const givenName = locale.person.firstName()
    const familyName = locale.person.lastName()
    const wished = toUsername(givenName, familyName, number)
    const username = taken.has(`${wished}@${domain}`) ? `${wished}${number}` : wished
    taken.add(`${username}@${domain}`)
    return {
      givenName,
      familyName,
      username,
      email: `${username}@${domain}`,
      jobTitle: english.person.jobTitle(),
      department: departments[number % departments.length] ?? '',
      city: english.location.city(),
      employeeNumber: `E${number}`,
    }
  }
}

const teams = [
  'Everyone',
  'Engineering',
  'Sales',
  'Customer Support',
  'Finance',
  'People & Culture',
  'Legal',
  'Security',
  'Design',
  'Marketing',
  'Contractors',
  'Managers',
  'On-call',
  'VPN Users',
  'Data Platform',
  '東京オフィス',
  'فريق المبيعات',
  'צוות הנדסה',
  'Отдел кадров',
  'Équipe Paris',
]

/** The name of a directory's nth group; past the list the office number makes it another. */
export function toTeamName(index: number): string {
  const name = teams[index % teams.length] ?? 'Team'
  return index < teams.length ? name : `${name} ${Math.floor(index / teams.length) + 1}`
}

/** Draws the groups of one user: none to six of them, the first ones more often than the last. */
export function drawGroupIds(
  groupIds: readonly string[],
  userIndex: number,
  random: () => number,
): Set<string> {
  const drawn = new Set<string>()
  const wanted = userIndex % 7
  for (let draw = 0; draw < wanted; draw += 1) {
    const groupId = groupIds[Math.floor(groupIds.length * random() ** 2)]
    if (groupId !== undefined) drawn.add(groupId)
  }
  return drawn
}
