import { useState } from 'react'
import { Button, DialogTrigger, Form, Heading } from 'react-aria-components'
import { graphql, useMutation } from 'react-relay'
import { Choice } from '../ui/choice.tsx'
import { ModalDialog } from '../ui/modal-dialog.tsx'
import type {
  createDirectoryMutation,
  DirectoryProtocol,
  IdentityProvider,
} from './__generated__/createDirectoryMutation.graphql.ts'

const IDENTITY_PROVIDERS: readonly IdentityProvider[] = [
  'OKTA',
  'ENTRA_ID',
  'GOOGLE_WORKSPACE',
  'JUMPCLOUD',
  'ONELOGIN',
  'PING_IDENTITY',
  'AUTH0',
]
const PROTOCOLS: readonly DirectoryProtocol[] = ['SCIM', 'LDAP', 'API']

interface CreateDirectoryProps {
  readonly organizationId: string
  /** The lists that the new one belongs to. */
  readonly connections: string[]
}

/** Sets a directory up: asks where its people come from, and how. */
export function CreateDirectory(props: CreateDirectoryProps) {
  return (
    <DialogTrigger>
      <Button className="button primary">Create directory</Button>
      <ModalDialog isDismissable>{close => <Questions {...props} onDone={close} />}</ModalDialog>
    </DialogTrigger>
  )
}

function Questions({ organizationId, connections, onDone }: CreateDirectoryProps & { onDone: () => void }) {
  const [identityProvider, setIdentityProvider] = useState<IdentityProvider>('OKTA')
  const [protocol, setProtocol] = useState<DirectoryProtocol>('SCIM')
  const [refusal, setRefusal] = useState<{ readonly field: string | null; readonly message: string } | null>(
    null,
  )
  const [create, isCreating] = useMutation<createDirectoryMutation>(graphql`
    mutation createDirectoryMutation($input: CreateDirectoryInput!, $connections: [ID!]!) {
      createDirectory(input: $input) {
        __typename
        ... on CreateDirectoryPayload {
          directory @prependNode(connections: $connections, edgeTypeName: "DirectoryEdge") {
            id
            ...directoryRow_directory
          }
        }
        ... on InvalidInputError {
          field
        }
        ... on Error {
          message
        }
      }
    }
  `)
  const submit = () => {
    if (isCreating) return
    setRefusal(null)
    create({
      variables: { input: { organizationId, identityProvider, protocol }, connections },
      onCompleted: ({ createDirectory: { directory, field = null, message } }) => {
        if (directory) onDone()
        else setRefusal({ field, message: message ?? '' })
      },
      onError: ({ message }) => setRefusal({ field: null, message }),
    })
  }
  const refusalOf = (field: string) => (refusal?.field === field ? refusal.message : null)
  const isGeneral = refusal !== null && refusal.field !== 'identityProvider' && refusal.field !== 'protocol'
  return (
    <Form
      className="form"
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <Heading slot="title">Create a directory</Heading>
      <Choice
        label="Identity provider"
        values={IDENTITY_PROVIDERS}
        value={identityProvider}
        onChange={setIdentityProvider}
        refusal={refusalOf('identityProvider')}
      />
      <Choice
        label="Protocol"
        values={PROTOCOLS}
        value={protocol}
        onChange={setProtocol}
        refusal={refusalOf('protocol')}
      />
      {isGeneral && (
        <p className="bad" role="alert">
          No directory was made. {refusal.message}
        </p>
      )}
      <div className="actions">
        <Button className="button" slot="close">
          Cancel
        </Button>
        <Button className="button primary" type="submit">
          {isCreating ? 'Creating …' : 'Create'}
        </Button>
      </div>
    </Form>
  )
}
