import { Component, type ReactNode } from 'react'
import { useHealed } from '../live/live.tsx'
import { AttemptContext } from '../relay/use-screen-query.ts'
import { session } from '../session/session.ts'
import { Failed } from './failed.tsx'

interface Props {
  readonly children: ReactNode
  /** Whether it is about a screen, and not a part of one. */
  readonly isScreen: boolean
  /** A connection that is there again is a new attempt. */
  readonly heals: number
}

interface State {
  readonly error: Error | null
  readonly attempt: number
}

/** Shows what went wrong in place of the part that needed it; a new token is a new attempt. */
export function FailureBoundary({ isScreen = false, children }: Partial<Props>) {
  return (
    <Boundary heals={useHealed()} isScreen={isScreen}>
      {children}
    </Boundary>
  )
}

class Boundary extends Component<Props, State> {
  override state: State = { error: null, attempt: 0 }
  #forget = () => {}

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error }
  }

  override componentDidMount(): void {
    this.#forget = session.subscribe(() => session.state === 'signed-in' && this.#tryAgain())
  }

  override componentDidUpdate({ heals }: Props): void {
    if (heals !== this.props.heals) this.#tryAgain()
  }

  override componentWillUnmount(): void {
    this.#forget()
  }

  #tryAgain = () => {
    this.setState(({ error, attempt }) => (error === null ? null : { error: null, attempt: attempt + 1 }))
  }

  override render(): ReactNode {
    const { error, attempt } = this.state
    if (error !== null) {
      return (
        <Failed
          title="This could not be loaded"
          message={error.message}
          isScreen={this.props.isScreen}
          onRetry={this.#tryAgain}
        />
      )
    }
    return <AttemptContext value={attempt}>{this.props.children}</AttemptContext>
  }
}
