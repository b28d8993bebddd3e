import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { TokenNotice } from '../session/token-notice.tsx'
import { words } from '../ui/words.ts'
import { useCosts } from './costs.ts'

/** What has been asked of the providers for what is on the screen, and what may still be asked. */
export function CostPanel() {
  const { operations, upstreamCalls, cacheHits, waitedMs, budgets } = useCosts()
  return (
    <DialogTrigger>
      <Button className="button small cost">
        <span className="number">{calls(upstreamCalls)}</span>
        <span className="wide">
          {' '}
          · <span className="number">{cacheHits}</span> from the cache
        </span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog aria-label="What this screen cost">
          <TokenNotice />
          <h2>What this screen cost</h2>
          <dl className="facts">
            <dt>Operations and changes</dt>
            <dd>{operations}</dd>
            <dt>Calls to providers</dt>
            <dd>{upstreamCalls}</dd>
            <dt>Answered by the cache</dt>
            <dd>{cacheHits}</dd>
            <dt>Waited for limits</dt>
            <dd>{Math.round(waitedMs)} ms</dd>
          </dl>
          <h3>Budget left</h3>
          {budgets.length === 0 ? (
            <p className="muted">Nothing has been asked yet.</p>
          ) : (
            <>
              <ul className="plain budgets">
                {budgets.map(({ provider, scope, remaining }) => (
                  <li key={`${provider} ${scope}`} className={remaining === 0 ? 'bad' : undefined}>
                    {words(provider)}: <strong className="number">{calls(remaining)}</strong>
                    {scope !== 'provider' && (
                      <>
                        {' for the people of '}
                        <code>{scope}</code>
                      </>
                    )}
                  </li>
                ))}
              </ul>
              <p className="muted">
                As many could be made at once when a provider was last asked, before one has to wait for its
                limit.
              </p>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function calls(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? 'call' : 'calls'}`
}
