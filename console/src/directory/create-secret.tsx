import { useState } from 'react'
import { Button, DialogTrigger, Heading } from 'react-aria-components'
import { graphql, useRelayEnvironment } from 'react-relay'
import { type GraphQLResponse, getRequest } from 'relay-runtime'
import { type Refusal, refusalIn, refusalOf } from '../relay/use-change.ts'
import { Copy } from '../ui/copy.tsx'
import { ModalDialog } from '../ui/modal-dialog.tsx'
import { Refused } from '../ui/refused.tsx'
import type { createSecretMutation$rawResponse } from './__generated__/createSecretMutation.graphql.ts'

const MUTATION = graphql`
  mutation createSecretMutation($input: CreateDirectorySecretInput!) @raw_response_type {
    createDirectorySecret(input: $input) {
      __typename
      ... on CreateDirectorySecretPayload {
        plainSecret
      }
      ... on Error {
        message
      }
      ... on RateLimitedError {
        retryAfterSeconds
      }
    }
  }
`

interface CreateSecretProps {
  readonly directoryId: string
  /** Called when there is one more. */
  readonly onMade: () => void
}

/** Makes a secret and shows it once: it goes past Relay's store, and from here with its dialog. */
export function CreateSecret({ directoryId, onMade }: CreateSecretProps) {
  const environment = useRelayEnvironment()
  const [isOpen, setIsOpen] = useState(false)
  const [isRunning, setIsRunning] = useState(false)
  const [plain, setPlain] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const setOpen = (open: boolean) => {
    // The list is read again only now: where that fails, it takes this dialog along.
    if (plain !== null) onMade()
    setIsOpen(open)
    setPlain(null)
    setRefusal(null)
  }
  const create = () => {
    if (isRunning) return
    setIsRunning(true)
    setRefusal(null)
    environment
      .getNetwork()
      .execute(getRequest(MUTATION).params, { input: { directoryId } }, { force: true })
      .subscribe({
        next(response: GraphQLResponse) {
          const { data } = response as unknown as { data: createSecretMutation$rawResponse }
          const made = data.createDirectorySecret
          setRefusal(refusalIn(data))
          if (!('plainSecret' in made)) return
          setPlain(made.plainSecret)
          // Whoever has closed the dialog meanwhile would never see it.
          setIsOpen(true)
        },
        error(error: Error) {
          setRefusal(refusalOf(error))
          setIsRunning(false)
        },
        complete: () => setIsRunning(false),
      })
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={open => plain === null && setOpen(open)}>
      <Button className="button primary">Create a secret</Button>
      <ModalDialog isKeyboardDismissDisabled={plain !== null}>
        {() => (
          <>
            <Heading slot="title" level={2}>
              {plain === null ? 'Create a secret' : 'Here is the secret'}
            </Heading>
            {plain === null ? (
              <p>It is shown once, here. Have the identity provider’s settings open to paste it into.</p>
            ) : (
              <>
                <p>Store it now: it is shown this once, and nobody can read it again.</p>
                <Copy text={plain} label="secret" />
              </>
            )}
            <Refused refusal={refusal} />
            <div className="actions">
              {plain === null ? (
                <>
                  <Button className="button" onPress={() => setOpen(false)}>
                    Cancel
                  </Button>
                  <Button className="button primary" onPress={create}>
                    {isRunning ? 'Creating …' : 'Create'}
                  </Button>
                </>
              ) : (
                <Button className="button primary" onPress={() => setOpen(false)}>
                  I have stored it
                </Button>
              )}
            </div>
          </>
        )}
      </ModalDialog>
    </DialogTrigger>
  )
}
