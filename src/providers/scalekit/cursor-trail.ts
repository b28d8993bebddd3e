import { hash } from 'node:crypto'

/**
 * What a walk remembers of the page tokens it has passed, small enough to travel in a cursor: Brent's cycle
 * detection. One token is kept as a landmark and moved on after 1, 2, 4, 8 … steps; who meets it again walks
 * in a circle. So a circle is noticed though the walk is spread over many requests of a client.
 */
export type Trail = readonly [landmark: string, steps: number, reach: number]

/** The trail of a walk that has passed nothing but the first page. */
export const TRAIL_START: Trail = ['', 0, 1]

/** The trail one token further on; null when that token leads back to where the walk has been. */
export function advance([landmark, steps, reach]: Trail, token: string): Trail | null {
  const here = hash('sha256', token, 'base64url').slice(0, 8)
  if (here === landmark) return null
  return steps + 1 >= reach ? [here, 0, reach * 2] : [landmark, steps + 1, reach]
}
