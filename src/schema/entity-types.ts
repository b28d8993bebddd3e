import type { Directory, DirectoryGroup, DirectoryUser, Organization } from '../domain/entities.ts'
import type { Connection } from '../relay/connection.ts'
import { builder, ofParent } from './builder.ts'

// The types refer to one another, so their names are here and their fields in a file each.
export const OrganizationType = builder.objectRef<Organization>('Organization')
export const DirectoryType = builder.objectRef<Directory>('Directory')
export const DirectoryUserType = builder.objectRef<DirectoryUser>('DirectoryUser')
export const DirectoryGroupType = builder.objectRef<DirectoryGroup>('DirectoryGroup')

export const OrganizationConnection = connectionOf(OrganizationType, 'organizations')
export const DirectoryConnection = connectionOf(DirectoryType, 'directories')
export const DirectoryUserConnection = connectionOf(DirectoryUserType, 'users')
export const DirectoryGroupConnection = connectionOf(DirectoryGroupType, 'groups')

/** The one connection type of an entity, and its edge. */
function connectionOf<T extends object>(type: ReturnType<typeof builder.objectRef<T>>, items: string) {
  return builder.connectionObject(
    {
      type,
      name: `${type.name}Connection`,
      ...ofParent,
      description: `A page of ${items}.`,
      // The plugin's type of a connection has only edges and pageInfo; `toConnection` makes all of these.
      fields: t => ({
        nodes: t.field({
          type: [type],
          nullable: { list: true, items: true },
          description: 'The items without their places. Null, with an error, where one could not be read.',
          resolve: page => (page as unknown as Connection<T>).nodes,
        }),
        totalCount: t.int({
          nullable: true,
          description:
            'How many the whole list has; null where the provider can not tell without walking it.',
          resolve: page => (page as unknown as Connection<T>).totalCount,
        }),
      }),
    },
    {
      ...ofParent,
      name: `${type.name}Edge`,
      description: `A place in a list of ${items}, and what is there.`,
    },
  )
}
