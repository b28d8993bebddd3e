/** What implements the interfaces of the schema: Apollo and urql have to know it to match `... on Error`. */
export const possibleTypes = {
  DirectoryEvent: [
    'DirectoryActivatedEvent',
    'DirectoryDeletedEvent',
    'DirectoryDisabledEvent',
    'DirectoryEnabledEvent',
    'DirectoryGroupCreatedEvent',
    'DirectoryGroupDeletedEvent',
    'DirectoryGroupUpdatedEvent',
    'DirectoryMemberAddedEvent',
    'DirectoryMemberRemovedEvent',
    'DirectoryUserCreatedEvent',
    'DirectoryUserDeletedEvent',
    'DirectoryUserUpdatedEvent',
  ],
  Error: [
    'ConflictError',
    'ForbiddenError',
    'InvalidInputError',
    'NotFoundError',
    'RateLimitedError',
    'UnavailableError',
    'UnsupportedError',
  ],
  Node: ['Directory', 'DirectoryGroup', 'DirectoryUser', 'Organization'],
}
