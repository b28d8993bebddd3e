import { Button } from 'react-aria-components'

interface OldListProps {
  /** What it is, as in “Who is in this group”. */
  readonly what: string
  readonly isOld: boolean
  readonly onReadAgain: () => void
}

/** Says quietly that a list is not what it was, where nobody has told what has become of it. */
export function OldList({ what, isOld, onReadAgain }: OldListProps) {
  return (
    <div role="status" className="old-list">
      {isOld && (
        <>
          {what} may have changed.{' '}
          <Button className="button small" onPress={onReadAgain}>
            Read again
          </Button>
        </>
      )}
    </div>
  )
}
