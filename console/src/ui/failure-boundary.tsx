import { Component, createContext, type ReactNode, useContext } from 'react'
import { session } from '../session/session.ts'
import { Failed } from './failed.tsx'

interface State {
  readonly error: Error | null
  readonly attempt: number
}

const Attempt = createContext(0)

/** For the `fetchKey` of a query: Relay keeps what went wrong, and only another key asks again. */
export function useAttempt(): number {
  return useContext(Attempt)
}

/** Shows what went wrong in place of the part that needed it; a new token is a new attempt. */
export class FailureBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null, attempt: 0 }
  #forget = () => {}

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error }
  }

  #tryAgain = () => this.setState(({ attempt }) => ({ error: null, attempt: attempt + 1 }))

  override componentDidMount(): void {
    this.#forget = session.subscribe(() => {
      if (session.state === 'signed-in' && this.state.error !== null) this.#tryAgain()
    })
  }

  override componentWillUnmount(): void {
    this.#forget()
  }

  override render(): ReactNode {
    const { error, attempt } = this.state
    if (error === null) return <Attempt value={attempt}>{this.props.children}</Attempt>
    return <Failed title="This could not be loaded" message={error.message} onRetry={this.#tryAgain} />
  }
}
