import { Failed } from './failed.tsx'

interface AgainFailedProps {
  /** What it is, as in “The people”. */
  readonly what: string
  readonly lost: Error | null
  readonly onRetry: () => void
}

/** Says that what is on the screen may not be so any more, since it could not be read again. */
export function AgainFailed({ what, lost, onRetry }: AgainFailedProps) {
  if (lost === null) return null
  return (
    <Failed
      title={`${what} could not be read again`}
      message={`${lost.message} What you see was read before.`}
      onRetry={onRetry}
    />
  )
}
