import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import type { userAttributes_user$key } from './__generated__/userAttributes_user.graphql.ts'
import { Attributes } from './attributes.tsx'

/** What the identity provider tells of somebody beyond what everybody has. */
export function UserAttributes({ user }: { readonly user: userAttributes_user$key }) {
  const { customAttributes, rawAttributes } = useFragment(
    graphql`
      fragment userAttributes_user on DirectoryUser {
        customAttributes
        rawAttributes
      }
    `,
    user,
  )
  return (
    <>
      <section aria-labelledby="custom-attributes">
        <h3 id="custom-attributes">Custom attributes</h3>
        <Attributes of={customAttributes} />
      </section>
      <RawAttributes of={rawAttributes} />
    </>
  )
}

/** All that the identity provider has sent, folded away until somebody wants it. */
export function RawAttributes({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  return (
    <Disclosure className="disclosure">
      <Heading level={3}>
        <Button slot="trigger" className="button small">
          <span className="disclosure-sign" aria-hidden="true">
            ▸
          </span>{' '}
          As the identity provider sent it
        </Button>
      </Heading>
      <DisclosurePanel>
        <Attributes of={of} />
      </DisclosurePanel>
    </Disclosure>
  )
}
