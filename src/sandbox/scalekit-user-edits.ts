import type { ScalekitUser } from './scalekit-records.ts'
import type { Person } from './seed-people.ts'
import type { UserEdit } from './synced-directory.ts'

/** The record of somebody who has just come; its time is still to be set. */
export function createScalekitUser(person: Person, id: string): ScalekitUser {
  return {
    id,
    email: person.email,
    preferred_username: person.username,
    given_name: person.givenName,
    family_name: person.familyName,
    updated_at: '',
    emails: [person.email],
    user_detail: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      externalId: person.employeeNumber,
      userName: person.email,
      active: true,
      title: person.jobTitle,
      name: { givenName: person.givenName, familyName: person.familyName },
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: person.department },
    },
  }
}

/** What the edit changes of the record. Title and state stand in what the identity provider has sent, and nowhere else. */
export function editScalekitUser(user: ScalekitUser, edit: UserEdit): Partial<ScalekitUser> {
  const { jobTitle, familyName, email, isActive } = edit
  return {
    ...(familyName !== undefined && { family_name: familyName }),
    ...(email !== undefined && { email, emails: [email] }),
    user_detail: {
      ...user.user_detail,
      ...(jobTitle !== undefined && { title: jobTitle }),
      ...(familyName !== undefined && { name: { givenName: user.given_name, familyName } }),
      ...(email !== undefined && { userName: email }),
      ...(isActive !== undefined && { active: isActive }),
    },
  }
}
