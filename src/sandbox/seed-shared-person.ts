import type { Person } from './seed-people.ts'

/** A contractor with an account at both a WorkOS and a Scalekit customer. */
export const sharedPerson: Person = {
  givenName: 'Priya',
  familyName: 'Raman',
  username: 'priya.raman',
  email: 'priya.raman@fieldwork.example',
  jobTitle: 'Integration Consultant',
  department: 'Operations',
  city: 'Utrecht',
  employeeNumber: 'X0001',
}
