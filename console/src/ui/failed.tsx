import { Button, Link } from 'react-aria-components'

interface FailedProps {
  readonly title: string
  readonly message: string
  /** Tries again, where that may help. */
  readonly onRetry?: () => void
  /** Where to go instead. */
  readonly href?: string
}

/** What could not be shown, in the place where it would be, with what to do about it. */
export function Failed({ title, message, onRetry, href }: FailedProps) {
  return (
    <div className="failed" role="alert">
      <strong>{title}</strong>
      <p>{message}</p>
      {onRetry && (
        <Button className="button" onPress={onRetry}>
          Try again
        </Button>
      )}
      {href !== undefined && (
        <Link className="link" href={href}>
          To all organizations
        </Link>
      )}
    </div>
  )
}
