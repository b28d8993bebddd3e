import { Link } from 'react-aria-components'
import { AgainFailed } from '../ui/again-failed.tsx'
import { Failed } from '../ui/failed.tsx'
import { MoreButton } from '../ui/more-button.tsx'
import { useNow } from '../ui/time.tsx'
import { attentionOf } from './attention.ts'
import { useAttentionDirectories } from './attention-directories.ts'

/** The directories that somebody should look at, the most urgent first, of as many as have been looked at. */
export function AttentionList() {
  const nowMs = useNow(60_000)
  const { directories, hasMore, isLoading, loadMore, why, retry, lostAgain, readAgain } =
    useAttentionDirectories()
  const concerned = directories
    .flatMap(directory => {
      const since = directory.createdAt ?? directory.organization?.createdAt
      const attention = attentionOf({ ...directory, since }, nowMs)
      return attention === null ? [] : [{ ...directory, ...attention }]
    })
    .toSorted((one, other) => one.rank - other.rank)
  if (concerned.length === 0 && !hasMore && why === '' && lostAgain === null) return null
  return (
    <section className="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul className="plain">
        {concerned.map(({ id, name, reason, organization }) => (
          <li key={id}>
            <Link className="link" href={`/directories/${encodeURIComponent(id)}`}>
              <bdi>{name}</bdi>
            </Link>
            {organization && (
              <>
                {' of '}
                <Link className="link" href={`/organizations/${encodeURIComponent(organization.id)}`}>
                  <bdi>{organization.name}</bdi>
                </Link>
              </>
            )}
            : {reason}.
          </li>
        ))}
      </ul>
      <AgainFailed what="What needs attention" lost={lostAgain} onRetry={readAgain} />
      {why !== '' && <Failed title="Not all directories could be looked at" message={why} onRetry={retry} />}
      {hasMore && (
        <p>
          <span className="muted">
            {directories.length} directories were looked at
            {concerned.length === 0 && ', and all is well there'}.
          </span>{' '}
          <MoreButton pending="Looking …" isPending={isLoading} onPress={loadMore}>
            Look at more
          </MoreButton>
        </p>
      )}
    </section>
  )
}
