import { useState } from 'react'
import { SwitchButton, SwitchField } from 'react-aria-components'
import { graphql, useFragment, useMutation } from 'react-relay'
import type { RecordSourceProxy } from 'relay-runtime'
import { words } from '../ui/words.ts'
import type { scimSwitch_organization$key } from './__generated__/scimSwitch_organization.graphql.ts'
import type { scimSwitchDisableMutation } from './__generated__/scimSwitchDisableMutation.graphql.ts'
import type { scimSwitchEnableMutation } from './__generated__/scimSwitchEnableMutation.graphql.ts'

/** Lets an organization's directories be synced, or ends that; shown as done before the provider has answered. */
export function ScimSwitch({ organization }: { readonly organization: scimSwitch_organization$key }) {
  const { id, provider, scimEnabled } = useFragment(
    graphql`
      fragment scimSwitch_organization on Organization {
        id
        provider
        scimEnabled
      }
    `,
    organization,
  )
  const [refusal, setRefusal] = useState<string | null>(null)
  const [enable, isEnabling] = useMutation<scimSwitchEnableMutation>(graphql`
    mutation scimSwitchEnableMutation($organizationId: ID!) {
      enableScim(input: { organizationId: $organizationId }) {
        __typename
        ... on EnableScimPayload {
          organization {
            id
            ...scimSwitch_organization
            features { name enabled }
          }
        }
        ... on Error {
          message
        }
      }
    }
  `)
  const [disable, isDisabling] = useMutation<scimSwitchDisableMutation>(graphql`
    mutation scimSwitchDisableMutation($organizationId: ID!) {
      disableScim(input: { organizationId: $organizationId }) {
        __typename
        ... on DisableScimPayload {
          organization {
            id
            ...scimSwitch_organization
            features { name enabled }
          }
        }
        ... on Error {
          message
        }
      }
    }
  `)

  const onError = ({ message }: Error) => setRefusal(message)
  const variables = { organizationId: id }
  function change(wanted: boolean): void {
    setRefusal(null)
    const optimisticUpdater = (store: RecordSourceProxy) => {
      store.get(id)?.setValue(wanted, 'scimEnabled')
    }
    if (wanted) {
      enable({
        variables,
        optimisticUpdater,
        onCompleted: ({ enableScim }) => setRefusal(enableScim.message ?? null),
        onError,
      })
    } else {
      disable({
        variables,
        optimisticUpdater,
        onCompleted: ({ disableScim }) => setRefusal(disableScim.message ?? null),
        onError,
      })
    }
  }

  if (typeof scimEnabled !== 'boolean') {
    return (
      <p>
        {words(provider)} has no switch for SCIM: its directories are synced as soon as the organization’s own
        admin has set them up. Send that admin a portal link.
      </p>
    )
  }
  return (
    <div className="switch-row">
      <SwitchField
        isSelected={scimEnabled}
        onChange={change}
        isReadOnly={isEnabling || isDisabling}
        isInvalid={refusal !== null}
      >
        <SwitchButton className="switch">
          <span className="track" aria-hidden="true" />
          Sync directories by SCIM
        </SwitchButton>
      </SwitchField>
      {refusal !== null && (
        <p className="bad" role="alert">
          This was not done. {refusal}
        </p>
      )}
    </div>
  )
}
