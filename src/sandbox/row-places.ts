// By array: the place of each id, or `null` after the first search, when a scan is cheaper.
const placesByRows = new WeakMap<readonly object[], Map<string, number> | null>()

/**
 * Where the row with this id stands, or -1. The second search in one array makes an index, which
 * is believed only where the array agrees: rows may be taken out or changed at any time.
 */
export function findPlace(rows: readonly { id: string }[], id: string): number {
  let places = placesByRows.get(rows)
  if (places === null) {
    places = new Map(rows.map((row, place) => [row.id, place]))
    placesByRows.set(rows, places)
  } else if (places === undefined) {
    placesByRows.set(rows, null)
  }
  const place = places?.get(id)
  if (place !== undefined && rows[place]?.id === id) return place
  return rows.findIndex(row => row.id === id)
}
