import { useState } from 'react'
import { Button, Checkbox, Form, Input, Label, TextField } from 'react-aria-components'
import { commitLocalUpdate, graphql, useFragment, useRelayEnvironment } from 'react-relay'
import { useLocation } from 'wouter'
import { useChange } from '../relay/use-change.ts'
import { Refused } from '../ui/refused.tsx'
import { words } from '../ui/words.ts'
import type { deleteForm_directory$key } from './__generated__/deleteForm_directory.graphql.ts'
import type { deleteFormMutation } from './__generated__/deleteFormMutation.graphql.ts'
import { organizationPath } from './place.ts'

interface DeleteFormProps {
  readonly directory: deleteForm_directory$key
  readonly canPause: boolean
  readonly onClose: () => void
}

/** What goes with a directory, and its name to be typed by whoever means it. */
export function DeleteForm({ directory, canPause, onClose }: DeleteFormProps) {
  const { id, upstreamId, name, provider, enabled, stats, secrets, organization } = useFragment(
    graphql`
      fragment deleteForm_directory on Directory {
        id
        upstreamId
        name
        provider
        enabled
        stats {
          totalUsers
          totalGroups
        }
        secrets {
          id
        }
        organization {
          id
        }
      }
    `,
    directory,
  )
  const [typed, setTyped] = useState('')
  // One without a name to be seen is named by its id.
  const wanted = plain(name) || upstreamId
  const isMeant = plain(typed) === wanted
  const [force, setForce] = useState(false)
  const environment = useRelayEnvironment()
  const [, navigate] = useLocation()
  const { change, isRunning, refusal } = useChange<deleteFormMutation>(graphql`
    mutation deleteFormMutation($input: DeleteDirectoryInput!) {
      deleteDirectory(input: $input) {
        __typename
        ... on DeleteDirectoryPayload {
          status
        }
        ... on Error {
          message
        }
        ... on RateLimitedError {
          retryAfterSeconds
        }
      }
    }
  `)
  const remove = () =>
    change({
      variables: { input: { directoryId: id, force } },
      updater(store, response) {
        const answer = response?.deleteDirectory
        if (answer?.__typename === 'DeleteDirectoryPayload') store.get(id)?.setValue('DELETING', 'state')
      },
      onDone({ deleteDirectory }) {
        onClose()
        const isPending =
          deleteDirectory.__typename === 'DeleteDirectoryPayload' && deleteDirectory.status === 'PENDING'
        // The news that it is gone may be here before the answer.
        if (isPending && environment.getStore().getSource().get(id)) return
        navigate(organizationPath(organization?.id))
        commitLocalUpdate(environment, store => store.delete(id))
      },
    })
  const told = (count: number | null | undefined, what: string) =>
    typeof count === 'number'
      ? `${count.toLocaleString()} ${what}`
      : `its ${what}, ${words(provider)} does not tell how many`
  return (
    <Form
      className="form"
      onSubmit={event => {
        event.preventDefault()
        if (isMeant && !isRunning) remove()
      }}
    >
      <p>This goes, and there is no way back:</p>
      <ul>
        <li>
          the directory <bdi>{name}</bdi>
        </li>
        <li>{told(stats.totalUsers, 'people')}</li>
        <li>{told(stats.totalGroups, 'groups')}</li>
        {secrets.length > 0 && <li>{secrets.length} secrets, which the identity provider may still use</li>}
      </ul>
      <p className="muted">Nothing is deleted at the identity provider itself.</p>
      {enabled && canPause && (
        <Checkbox className="checkbox" isSelected={force} onChange={setForce}>
          <span className="box" aria-hidden="true">
            {force ? '✓' : ''}
          </span>
          <span>Pause it first: {words(provider)} refuses to delete a directory that is on</span>
        </Checkbox>
      )}
      <TextField value={typed} onChange={setTyped} autoComplete="off">
        <Label>
          Type{' '}
          <strong>
            <bdi>{wanted}</bdi>
          </strong>{' '}
          to confirm
        </Label>
        <Input />
      </TextField>
      <Refused refusal={refusal} />
      <div className="actions">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" className="button danger" isDisabled={!isMeant}>
          {isRunning ? 'Deleting …' : 'Delete for ever'}
        </Button>
      </div>
    </Form>
  )
}

/** A name as it can be seen and typed: white space at its ends or several in a row can't be told from none and one. */
function plain(name: string): string {
  return name.normalize('NFC').replaceAll(/\s+/g, ' ').trim()
}
