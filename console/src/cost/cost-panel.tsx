import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { words } from '../ui/words.ts'
import { useCosts } from './costs.ts'

/** What has been asked of the providers for what is on the screen, and what may still be asked. */
export function CostPanel() {
  const { operations, upstreamCalls, cacheHits, waitedMs, budgets } = useCosts()
  return (
    <DialogTrigger>
      <Button className="button small cost">
        <span className="number">{upstreamCalls}</span> {upstreamCalls === 1 ? 'call' : 'calls'}
        <span className="wide">
          {' '}
          · <span className="number">{cacheHits}</span> from the cache
        </span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog aria-label="What this screen cost">
          <h2>What this screen cost</h2>
          <dl className="facts">
            <dt>Operations</dt>
            <dd>{operations}</dd>
            <dt>Calls to providers</dt>
            <dd>{upstreamCalls}</dd>
            <dt>Answered by the cache</dt>
            <dd>{cacheHits}</dd>
            <dt>Waited for limits</dt>
            <dd>{Math.round(waitedMs)} ms</dd>
          </dl>
          <h3>Left before a limit</h3>
          {budgets.length === 0 ? (
            <p className="muted">Nothing has been asked yet.</p>
          ) : (
            <ul className="plain">
              {budgets.map(({ provider, scope, remaining }) => (
                <li key={`${provider} ${scope}`}>
                  {words(provider.toUpperCase())}
                  {scope === 'provider' ? '' : ', one directory’s users'}: <strong>{remaining}</strong>
                </li>
              ))}
            </ul>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
