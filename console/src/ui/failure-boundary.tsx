import { Component, type ReactNode } from 'react'
import { session } from '../session/session.ts'
import { Failed } from './failed.tsx'

interface State {
  readonly error: Error | null
}

/** Shows what went wrong in place of the part that needed it; a new token is a new attempt. */
export class FailureBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }
  #forget = () => {}

  static getDerivedStateFromError(error: Error): State {
    return { error }
  }

  override componentDidMount(): void {
    this.#forget = session.subscribe(() => {
      if (session.state === 'signed-in' && this.state.error !== null) this.setState({ error: null })
    })
  }

  override componentWillUnmount(): void {
    this.#forget()
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <Failed
        title="This could not be loaded"
        message={error.message}
        onRetry={() => this.setState({ error: null })}
      />
    )
  }
}
