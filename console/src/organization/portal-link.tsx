import { useState } from 'react'
import { Button, Link } from 'react-aria-components'
import { graphql, useMutation } from 'react-relay'
import { announce } from '../ui/announcer.tsx'
import { serverNowMs } from '../ui/clock.ts'
import { Copy } from '../ui/copy.tsx'
import { useNow } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { portalLinkMutation } from './__generated__/portalLinkMutation.graphql.ts'

/** For how long providers take a link whose end they do not tell: by what they write of their portals. */
const USUAL_MS: Readonly<Record<string, number>> = { WORKOS: 5 * 60_000 }

interface Made {
  readonly url: string
  /** Null where nothing is known of it. */
  readonly endsMs: number | null
  /** Whether that is told of this very link. */
  readonly isTold: boolean
}

interface PortalLinkProps {
  readonly organizationId: string
  readonly provider: string
}

/** Makes a link at which the organization's own admin sets its directory up, and says how long it may be opened. */
export function PortalLink({ organizationId, provider }: PortalLinkProps) {
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
        const isTold = expiresAt !== null
        const usualMs = USUAL_MS[provider]
        const usualEndMs = usualMs === undefined ? null : serverNowMs() + usualMs
        const endsMs = isTold ? Date.parse(expiresAt) : usualEndMs
        if (url === undefined) return setRefusal(message ?? null)
        setMade({ url, endsMs, isTold })
        announce('The portal link is there.')
      },
      onError: ({ message }) => setRefusal(message),
    })
  }
  return (
    <div className="portal">
      <p className="muted">
        At a portal link the organization’s own admin sets its directory up. It does not last: make it when
        the admin is about to open it.
      </p>
      {made && <MadeLink {...made} provider={provider} key={made.url} />}
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

function MadeLink({ url, endsMs, isTold, provider }: Made & { readonly provider: string }) {
  const nowMs = useNow(1_000)
  const leftMs = endsMs === null ? null : endsMs - nowMs
  if (leftMs !== null && leftMs <= 0) {
    return (
      <p role="status" className="bad">
        {isTold ? 'The link has expired.' : `${words(provider)} should not take the link any longer.`} Make a
        new one.
      </p>
    )
  }
  return (
    <div className="made">
      <Copy text={url} label="the portal link" />
      <p className="made-end">
        <Link className="link" href={url} target="_blank" rel="noreferrer">
          Open it yourself
        </Link>
        <span className="muted number" role="timer">
          {leftMs === null
            ? `${words(provider)} does not say when it ends.`
            : isTold
              ? `It ends in ${spell(leftMs)}.`
              : `It ends in about ${spell(leftMs)}: ${words(provider)} takes a link for five minutes.`}
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
