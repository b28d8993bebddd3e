import './directory.ts'
import './directory-events.ts'
import './directory-group.ts'
import './directory-mutations.ts'
import './directory-user.ts'
import './node.ts'
import './organization.ts'
import './organization-mutations.ts'
import './provider.ts'
import { auditMutations } from './audit-mutations.ts'
import { builder } from './builder.ts'
import { traceFields } from './trace-fields.ts'

builder.queryType({ description: 'What can be read.', authScopes: { permission: 'directories:read' } })
builder.mutationType({ description: 'What can be changed.' })
builder.subscriptionType({
  description: 'What is told by itself, as it happens.',
  authScopes: { permission: 'directories:read' },
})

/** The GraphQL schema; the same for every request. */
export const schema = traceFields(auditMutations(builder.toSchema()))
