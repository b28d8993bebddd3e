import { useState } from 'react'
import { Button, Link } from 'react-aria-components'
import { graphql, useMutation } from 'react-relay'
import { Copy } from '../ui/copy.tsx'
import { useNow } from '../ui/time.tsx'
import type { portalLinkMutation } from './__generated__/portalLinkMutation.graphql.ts'

interface Made {
  readonly url: string
  /** Null where the provider does not say. */
  readonly expiresAt: string | null
}

/** Makes a link at which the organization's own admin sets its directory up, and says how long it may be opened. */
export function PortalLink({ organizationId }: { readonly organizationId: string }) {
  const [made, setMade] = useState<Made | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [create, isCreating] = useMutation<portalLinkMutation>(graphql`
    mutation portalLinkMutation($organizationId: ID!) {
      createPortalLink(input: { organizationId: $organizationId }) {
        __typename
        ... on CreatePortalLinkPayload {
          url
          expiresAt
        }
        ... on Error {
          message
        }
      }
    }
  `)
  const make = () => {
    setRefusal(null)
    create({
      variables: { organizationId },
      onCompleted: ({ createPortalLink: { url, expiresAt = null, message } }) => {
        if (url !== undefined) setMade({ url, expiresAt })
        else setRefusal(message ?? null)
      },
      onError: ({ message }) => setRefusal(message),
    })
  }
  return (
    <div className="portal">
      <p className="muted">
        At a portal link the organization’s own admin sets its directory up. It is good for one visit.
      </p>
      {made && <MadeLink {...made} key={made.url} />}
      <Button className="button" onPress={make} isPending={isCreating}>
        {made ? 'Create a new portal link' : 'Create a portal link'}
      </Button>
      {refusal !== null && (
        <p className="bad" role="alert">
          No link was made. {refusal}
        </p>
      )}
    </div>
  )
}

function MadeLink({ url, expiresAt }: Made) {
  const nowMs = useNow(1_000)
  const leftMs = expiresAt === null ? null : Date.parse(expiresAt) - nowMs
  if (leftMs !== null && leftMs <= 0) {
    return (
      <p role="status" className="bad">
        The link has expired. Make a new one.
      </p>
    )
  }
  return (
    <div className="made">
      <Copy text={url} label="the portal link" />
      <p>
        <Link className="link" href={url} target="_blank" rel="noreferrer">
          Open it yourself
        </Link>{' '}
        <span className="muted number" role="timer">
          {leftMs === null ? 'It ends soon; the provider does not say when.' : `It ends in ${spell(leftMs)}.`}
        </span>
      </p>
    </div>
  )
}

/** Minutes and seconds, and hours where there are any. */
function spell(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours = 0, ...rest] = parts
  const shown = hours > 0 ? [hours, ...rest] : rest
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}
