import type { Dirgraph } from '../../src/app.ts'

/** One line of `/metrics`: a name, its labels and its value. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a server says at `/metrics`, read as Prometheus reads it. */
export interface ReadMetrics {
  readonly text: string
  readonly series: readonly Series[]
  /** The names of all metrics, those without a value included, and of what histograms are made of. */
  readonly names: ReadonlySet<string>
  /** The values of a metric by some of its labels, joined by spaces. */
  by(name: string, ...labels: string[]): Record<string, number>
}

/** Scrapes a server; rejects where it does not answer as Prometheus wants it. */
export async function readMetrics(
  { fetch }: Pick<Dirgraph, 'fetch'>,
  headers: Record<string, string> = {},
): Promise<ReadMetrics> {
  const response = await fetch(new Request('http://dirgraph.test/metrics', { headers }))
  if (response.status !== 200) throw new Error(`${response.status}`)
  return parseMetrics(await response.text())
}

/** Reads the text format of Prometheus. */
export function parseMetrics(text: string): ReadMetrics {
  const lines = text.split('\n')
  const series = lines.filter(line => line !== '' && !line.startsWith('#')).map(toSeries)
  const types = lines.flatMap(line => {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    return name === undefined ? [] : [{ name, type }]
  })
  const names = types.flatMap(({ name, type }) =>
    type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
  return {
    text,
    series,
    names: new Set(names),
    by(wanted, ...labels) {
      const sums: Record<string, number> = {}
      for (const { name, labels: all, value } of series) {
        if (name !== wanted) continue
        const key = labels.map(label => all[label]).join(' ')
        sums[key] = (sums[key] ?? 0) + value
      }
      return sums
    },
  }
}

function toSeries(line: string): Series {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined) throw new Error(`no series: ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}
