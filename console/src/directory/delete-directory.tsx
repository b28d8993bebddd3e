import { Button, DialogTrigger, Heading } from 'react-aria-components'
import { graphql, useFragment } from 'react-relay'
import { ModalDialog } from '../ui/modal-dialog.tsx'
import type { deleteDirectory_directory$key } from './__generated__/deleteDirectory_directory.graphql.ts'
import { DeleteForm } from './delete-form.tsx'

interface DeleteDirectoryProps {
  readonly directory: deleteDirectory_directory$key
  /** Whether its provider can pause it. */
  readonly canPause: boolean
}

/** Deletes a directory, after a look at what goes. */
export function DeleteDirectory({ directory, canPause }: DeleteDirectoryProps) {
  const data = useFragment(
    graphql`
      fragment deleteDirectory_directory on Directory {
        name
        ...deleteForm_directory
      }
    `,
    directory,
  )
  return (
    <DialogTrigger>
      <Button className="button danger">Delete …</Button>
      <ModalDialog isDismissable>
        {close => (
          <>
            <Heading slot="title" level={2}>
              Delete <bdi>{data.name}</bdi>
            </Heading>
            <DeleteForm directory={data} canPause={canPause} onClose={close} />
          </>
        )}
      </ModalDialog>
    </DialogTrigger>
  )
}
