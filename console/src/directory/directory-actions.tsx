import { useState } from 'react'
import { Button } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { useChange } from '../relay/use-change.ts'
import { Refused } from '../ui/refused.tsx'
import type { directoryActions_directory$key } from './__generated__/directoryActions_directory.graphql.ts'
import type { directoryActionsPauseMutation } from './__generated__/directoryActionsPauseMutation.graphql.ts'
import type { directoryActionsResumeMutation } from './__generated__/directoryActionsResumeMutation.graphql.ts'
import type { directoryActionsSyncMutation } from './__generated__/directoryActionsSyncMutation.graphql.ts'
import { DeleteDirectory } from './delete-directory.tsx'

interface DirectoryActionsProps {
  readonly directory: directoryActions_directory$key
  /** What its provider can do. */
  readonly operations: ReadonlySet<string>
}

/** What can be done to a directory: what its provider can. */
export function DirectoryActions({ directory, operations }: DirectoryActionsProps) {
  const data = useFragment(
    graphql`
      fragment directoryActions_directory on Directory {
        id
        enabled
        state
        ...deleteDirectory_directory
      }
    `,
    directory,
  )
  const { id, enabled, state } = data
  const pause = useChange<directoryActionsPauseMutation>(graphql`
    mutation directoryActionsPauseMutation($input: DisableDirectoryInput!) @raw_response_type {
      disableDirectory(input: $input) {
        __typename
        ... on DisableDirectoryPayload {
          directory {
            id
            enabled
            state
          }
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
  const resume = useChange<directoryActionsResumeMutation>(graphql`
    mutation directoryActionsResumeMutation($input: EnableDirectoryInput!) @raw_response_type {
      enableDirectory(input: $input) {
        __typename
        ... on EnableDirectoryPayload {
          directory {
            id
            enabled
            state
          }
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
  const sync = useChange<directoryActionsSyncMutation>(graphql`
    mutation directoryActionsSyncMutation($input: SyncDirectoryInput!) {
      syncDirectory(input: $input) {
        __typename
        ... on SyncDirectoryPayload {
          directory {
            id
            state
            lastSyncedAt
            stats {
              totalUsers
              totalGroups
            }
          }
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
  const [done, setDone] = useState('')
  const variables = { input: { directoryId: id } }
  const begin = (other: { readonly forget: () => void }[]) => {
    setDone('')
    for (const { forget } of other) forget()
  }
  const turnOff = () => {
    if (resume.isRunning) return
    begin([sync, resume])
    const directory = { id, enabled: false, state: 'INACTIVE' } as const
    pause.change({
      variables,
      optimisticResponse: { disableDirectory: { __typename: 'DisableDirectoryPayload', directory } },
      onDone: () => setDone('It is paused.'),
    })
  }
  const turnOn = () => {
    if (pause.isRunning) return
    begin([sync, pause])
    const directory = { id, enabled: true, state: 'ACTIVE' } as const
    resume.change({
      variables,
      optimisticResponse: { enableDirectory: { __typename: 'EnableDirectoryPayload', directory } },
      onDone: () => setDone('It is on again.'),
    })
  }
  if (state === 'DELETING') return null
  return (
    <section className="directory-actions" aria-label="Actions">
      {operations.has('SYNC_DIRECTORY') && (
        <Button
          className="button"
          onPress={() => {
            if (sync.isRunning) return
            begin([pause, resume])
            sync.change({
              variables,
              onDone: () => setDone('The provider has begun to sync; people and groups follow.'),
            })
          }}
        >
          {sync.isRunning ? 'Asking for a sync …' : 'Sync now'}
        </Button>
      )}
      {operations.has(enabled ? 'DISABLE_DIRECTORY' : 'ENABLE_DIRECTORY') && (
        // One button for both, so that whoever has pressed it stays there.
        <Button className="button" onPress={enabled ? turnOff : turnOn}>
          {enabled ? 'Pause' : 'Resume'}
        </Button>
      )}
      {operations.has('DELETE_DIRECTORY') && (
        <DeleteDirectory directory={data} canPause={operations.has('DISABLE_DIRECTORY')} />
      )}
      <p className="muted" role="status">
        {done}
      </p>
      <Refused refusal={pause.refusal ?? resume.refusal ?? sync.refusal} />
    </section>
  )
}
