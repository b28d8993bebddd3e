import type { ReactNode } from 'react'

/** Attributes of any shape, as lists within lists. */
export function Attributes({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(of)
  if (entries.length === 0) return <p className="muted">None.</p>
  return (
    <dl className="attributes">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

function shown(value: unknown): ReactNode {
  if (value === null || value === undefined || value === '') return <span className="muted">Nothing</span>
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="muted">Nothing</span>
    return (
      <ul className="attribute-list">
        {value.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items of such a list have nothing else to be known by.
          <li key={index}>{shown(item)}</li>
        ))}
      </ul>
    )
  }
  if (typeof value === 'object') return <Attributes of={value as Record<string, unknown>} />
  return <bdi>{String(value)}</bdi>
}
