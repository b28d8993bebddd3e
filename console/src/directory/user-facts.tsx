import { Fragment } from 'react'
import { graphql, useFragment } from 'react-relay'
import { StateBadge } from '../ui/badge.tsx'
import { Copy } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { words } from '../ui/words.ts'
import type { userFacts_user$key } from './__generated__/userFacts_user.graphql.ts'

const NAMES = [
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['username', 'User name'],
  ['jobTitle', 'Title'],
  ['idpId', 'Id at the identity provider'],
] as const

/** Who somebody is. */
export function UserFacts({ user }: { readonly user: userFacts_user$key }) {
  const data = useFragment(
    graphql`
      fragment userFacts_user on DirectoryUser {
        id
        name
        provider
        upstreamId
        idpId
        firstName
        lastName
        username
        email
        emails
        jobTitle
        state
        roles
        createdAt
        updatedAt
      }
    `,
    user,
  )
  const others = data.emails.filter(email => email !== data.email)
  return (
    <section aria-label="Who it is">
      <div className="row-head">
        <h3 className="panel-name">
          <bdi>{data.name ?? data.email ?? 'No name'}</bdi>
        </h3>
        {data.state && <StateBadge state={data.state} />}
      </div>
      <dl className="facts">
        <dt>E-mail</dt>
        <dd>
          {data.email ? <Copy text={data.email} label="e-mail" /> : <span className="muted">None</span>}
        </dd>
        {others.length > 0 && (
          <>
            <dt>Other e-mails</dt>
            <dd>
              <Listed texts={others} />
            </dd>
          </>
        )}
        {NAMES.map(([name, title]) =>
          data[name] ? (
            <div className="fact" key={name}>
              <dt>{title}</dt>
              <dd>
                <bdi>{data[name]}</bdi>
              </dd>
            </div>
          ) : null,
        )}
        <dt>Roles</dt>
        <dd>
          {data.roles.length === 0 ? <span className="muted">None</span> : <Listed texts={data.roles} />}
        </dd>
        <dt>Created</dt>
        <dd>
          <Time value={data.createdAt ?? null} none="Not told" />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time value={data.updatedAt ?? null} none="Not told" />
        </dd>
        <dt>{words(data.provider)} id</dt>
        <dd>
          <Copy text={data.upstreamId} label={`${words(data.provider)} id of the person`} />
        </dd>
        <dt>dirgraph id</dt>
        <dd>
          <Copy text={data.id} label="dirgraph id of the person" />
        </dd>
      </dl>
    </section>
  )
}

/** Texts one after the other, each in its own direction. */
function Listed({ texts }: { readonly texts: readonly string[] }) {
  return texts.map((text, index) => (
    <Fragment key={text}>
      {index > 0 && ', '}
      <bdi>{text}</bdi>
    </Fragment>
  ))
}
