import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPrometheusMetrics } from '../../src/telemetry/prometheus.ts'
import { parseMetrics, type ReadMetrics } from './read-metrics.ts'

const DEPLOY = resolve(import.meta.dirname, '../../deploy')
const read = (path: string) => readFileSync(join(DEPLOY, path), 'utf8')

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}

/** The names of metrics in expressions: what is ours, and what Node and the process tell. */
function namesIn(text: string): string[] {
  return text.match(/\b(dirgraph|nodejs|process)_\w+/g) ?? []
}

let metrics: ReadMetrics
beforeAll(async () => {
  const server = createPrometheusMetrics({ operationNames: [] })
  server.watchRedis(() => true)
  metrics = parseMetrics((await server.page()).text)
})

describe('the dashboard', () => {
  const { panels } = JSON.parse(read('grafana/dirgraph.json')) as { panels: Panel[] }
  const shown = panels.filter(({ type }) => type !== 'row')

  test('asks for metrics that there are, in every panel', () => {
    expect(shown.length).toBeGreaterThan(20)
    for (const { title, targets = [] } of shown) {
      const names = targets.flatMap(({ expr }) => namesIn(expr))
      expect(names.length, title).toBeGreaterThan(0)
      expect(
        names.filter(name => !metrics.names.has(name)),
        title,
      ).toEqual([])
    }
  })

  test('shows every metric of ours', () => {
    const text = JSON.stringify(shown)
    const ours = [...metrics.names].filter(
      name => name.startsWith('dirgraph_') && !/_(sum|count)$/.test(name),
    )
    expect(ours.filter(name => !text.includes(name))).toEqual([])
  })

  test('has panels with ids of their own, none over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const one of panels) {
      const { x, y, w, h } = one.gridPos
      const over = panels.filter(({ id, gridPos }) => {
        const isBeside = gridPos.x >= x + w || gridPos.x + gridPos.w <= x
        return id !== one.id && !isBeside && gridPos.y < y + h && gridPos.y + gridPos.h > y
      })
      expect(
        over.map(({ title }) => title),
        one.title,
      ).toEqual([])
    }
  })

  test('asks by labels that the metrics have', () => {
    const labels = new Set(
      JSON.stringify(shown)
        .match(/by \(([^)]*)\)/g)
        ?.flatMap(list => list.slice(4, -1).split(', ')),
    )
    const known = ['kind', 'outcome', 'operation', 'code', 'provider', 'status', 'method', 'route', 'scope']
    const others = ['result', 'verdict', 'le', 'instance']
    expect([...labels].filter(label => ![...known, ...others].includes(label))).toEqual([])
  })
})

describe('the alerts', () => {
  test('ask for metrics that there are', () => {
    const names = namesIn(read('prometheus/alerts.yaml'))
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter(name => !metrics.names.has(name))).toEqual([])
  })
})

describe('the page about it', () => {
  test('describes every metric of ours, and no other', () => {
    const page = readFileSync(resolve(DEPLOY, '../docs/observability.md'), 'utf8')
    const described = new Set(page.match(/`(dirgraph_\w+)`/g)?.map(name => name.slice(1, -1)))
    const ours = [...metrics.names].filter(
      name => name.startsWith('dirgraph_') && !/_(sum|count|bucket)$/.test(name),
    )
    expect([...described].sort()).toEqual(ours.sort())
  })
})
