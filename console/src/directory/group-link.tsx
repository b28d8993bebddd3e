import { Link } from 'react-aria-components'
import { useLocation } from 'wouter'

/** Leads to a group and its members, at the side of its directory's groups. */
export function GroupLink({ id, name }: { readonly id: string; readonly name: string }) {
  const [location] = useLocation()
  return (
    <Link className="link group-link" href={`${location}?tab=groups&group=${encodeURIComponent(id)}`}>
      <bdi>{name}</bdi>
    </Link>
  )
}
