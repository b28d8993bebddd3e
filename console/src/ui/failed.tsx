import { useRef } from 'react'
import { Button, Link } from 'react-aria-components'
import { useFocusPassedOn } from './keep-focus.ts'
import { ScreenHeading } from './screen-heading.tsx'

interface FailedProps {
  readonly title: string
  readonly message: string
  /** Whether there is nothing else on the screen. */
  readonly isScreen?: boolean
  /** Tries again, where that may help. */
  readonly onRetry?: () => void
  /** Where to go instead. */
  readonly href?: string
}

/** What could not be shown, in the place where it would be, with what to do about it. */
export function Failed({ title, message, isScreen = false, onRetry, href }: FailedProps) {
  const place = useRef<HTMLDivElement>(null)
  useFocusPassedOn(place)
  return (
    <div className="failed" role="alert" ref={place}>
      {isScreen && <title>{`${title} · dirgraph`}</title>}
      {isScreen ? <ScreenHeading>{title}</ScreenHeading> : <strong>{title}</strong>}
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
