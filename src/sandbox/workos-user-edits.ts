import type { Person } from './seed-people.ts'
import type { UserEdit } from './synced-directory.ts'
import type { WorkosDirectory, WorkosUser } from './workos-records.ts'

/** The record of somebody who has just come. */
export function createWorkosUser(
  person: Person,
  directory: WorkosDirectory,
  id: string,
  at: string,
): WorkosUser {
  return {
    object: 'directory_user',
    id,
    directory_id: directory.id,
    organization_id: directory.organization_id,
    idp_id: `${directory.external_key}-${person.employeeNumber}`,
    email: person.email,
    emails: [{ primary: true, type: 'work', value: person.email }],
    first_name: person.givenName,
    last_name: person.familyName,
    name: `${person.givenName} ${person.familyName}`,
    job_title: person.jobTitle,
    username: person.email,
    state: 'active',
    role: { slug: 'member' },
    raw_attributes: { userName: person.email, active: true },
    custom_attributes: {
      department_name: person.department,
      employee_id: person.employeeNumber,
      city: person.city,
    },
    created_at: at,
    updated_at: at,
  }
}

/** What the edit changes of the record; optional attributes that the record lacks stay away, but for the title. */
export function editWorkosUser(user: WorkosUser, edit: UserEdit): Partial<WorkosUser> {
  const { jobTitle, familyName, email, isActive } = edit
  const { raw_attributes: raw } = user
  const rawEdit = {
    ...(email !== undefined && 'userName' in raw && { userName: email }),
    ...(isActive !== undefined && 'active' in raw && { active: isActive }),
  }
  return {
    ...(jobTitle !== undefined && { job_title: jobTitle }),
    ...(familyName !== undefined && {
      last_name: familyName,
      ...(user.name && { name: [user.first_name, familyName].filter(Boolean).join(' ') }),
    }),
    ...(email !== undefined && {
      email,
      ...(user.emails && {
        emails: user.emails.map(one => (one.primary ? { ...one, value: email } : one)),
      }),
      ...(user.username && { username: email }),
    }),
    ...(isActive !== undefined && { state: isActive ? 'active' : 'suspended' }),
    ...(Object.keys(rawEdit).length > 0 && { raw_attributes: { ...raw, ...rawEdit } }),
  }
}
