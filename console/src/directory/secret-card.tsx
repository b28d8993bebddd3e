import { graphql, useFragment } from 'react-relay'
import { StateBadge } from '../ui/badge.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { secretCard_secret$key } from './__generated__/secretCard_secret.graphql.ts'

/** What is left to see of a secret. */
export function SecretCard({ secret }: { readonly secret: secretCard_secret$key }) {
  const { suffix, status, createdAt, lastUsedAt, expiresAt } = useFragment(
    graphql`
      fragment secretCard_secret on DirectorySecret {
        suffix
        status
        createdAt
        lastUsedAt
        expiresAt
      }
    `,
    secret,
  )
  return (
    <li className="card secret">
      <div className="row-head">
        <code className="row-title">…{suffix}</code>
        {status === 'ACTIVE' ? (
          <StateBadge state={status} />
        ) : (
          <span className="badge quiet">{status === 'INACTIVE' ? 'Not valid any more' : words(status)}</span>
        )}
      </div>
      <dl className="facts">
        <dt>Created</dt>
        <dd>
          <Time value={createdAt ?? null} none="Not told" />
        </dd>
        <dt>Last used</dt>
        <dd>
          <Time value={lastUsedAt ?? null} none="Never" />
        </dd>
        <dt>Expires</dt>
        <dd>
          <Time value={expiresAt ?? null} none="Never" />
        </dd>
      </dl>
    </li>
  )
}
