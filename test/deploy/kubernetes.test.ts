import { BlockList, isIPv6 } from 'node:net'
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts'
import type { Service } from 'kubernetes-types/core/v1.d.ts'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settings } from '../../src/settings.ts'
import { startApp } from '../support/start-app.ts'
import { readMetrics } from '../telemetry/read-metrics.ts'
import { type KubernetesObject, mistakesIn } from './check-objects.ts'
import { documentsIn, textOf } from './read-deployment.ts'

const FOLDER = 'deploy/kubernetes'
const [{ resources }] = documentsIn(textOf(`${FOLDER}/kustomization.yaml`)) as [{ resources: string[] }]
const texts = resources.map(file => textOf(`${FOLDER}/${file}`))
const objects = texts.flatMap(documentsIn) as KubernetesObject[]

function find<T extends { kind?: string }>(kind: T['kind']): T {
  return objects.find(object => object.kind === kind) as unknown as T
}

const deployment = find<Deployment>('Deployment')
const pod = deployment.spec?.template.spec
const container = pod?.containers[0]
const labels = deployment.spec?.template.metadata?.labels

/** The same files with a mistake in each. */
const BROKEN: readonly (readonly [right: string, wrong: string])[] = [
  ['terminationGracePeriodSeconds:', 'terminationGracePeriod:'],
  ['containerPort: 4000', 'containerPort: "4000"'],
  ['readOnlyRootFilesystem: true', 'readOnlyRootFileSystem: true'],
  ['targetPort: http', 'targetPort: {}'],
  ['minReplicas: 2', 'minReplica: 2'],
  ['maxUnavailable: 1\n  selector', 'maxUnavailible: 1\n  selector'],
  ['cidr: ::/0', 'cidrs: ::/0'],
  ['podSelector:\n    matchLabels', 'podSelectors:\n    matchLabels'],
  ['apiVersion: apps/v1\nkind: Deployment\nmetadata', 'apiVersion: apps/v2\nkind: Deployment\nmetadata'],
]

function isWithin(address: string, ranges: readonly string[]): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', prefix] = range.split('/')
    // To a BlockList `::/0` has the addresses of version 4 in it as well, to a network policy not.
    if (isIPv6(net) === isIPv6(address)) list.addSubnet(net, Number(prefix), family)
  }
  return list.check(address, family)
}

const found = mistakesIn({
  shipped: objects,
  ...Object.fromEntries(
    BROKEN.map(([right, wrong], index) => [
      `broken${index}`,
      texts.flatMap(text => documentsIn(text.replace(right, wrong))) as KubernetesObject[],
    ]),
  ),
})

describe('the objects for Kubernetes', () => {
  test('fit its API', () => {
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
    ])
    expect(found.shipped).toEqual([])
  })

  test.each(BROKEN.map(([right, wrong], index) => [right, wrong, index] as const))(
    'would be refused with a mistake in them: %j as %j',
    (_right, _wrong, index) => expect(found[`broken${index}`]).not.toEqual([]),
  )

  test('speak of the same pods and the same port', () => {
    expect(deployment.spec?.selector.matchLabels).toEqual(labels)
    expect(find<Service>('Service').spec?.selector).toEqual(labels)
    expect(find<PodDisruptionBudget>('PodDisruptionBudget').spec?.selector?.matchLabels).toEqual(labels)
    expect(find<NetworkPolicy>('NetworkPolicy').spec?.podSelector.matchLabels).toEqual(labels)
    const { kind, name } = find<HorizontalPodAutoscaler>('HorizontalPodAutoscaler').spec?.scaleTargetRef ?? {}
    expect([kind, name]).toEqual(['Deployment', deployment.metadata?.name])
    const port = container?.ports?.[0]?.name
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]
    expect(probes.map(probe => probe?.httpGet)).toEqual([
      { path: '/health', port },
      { path: '/health', port },
      { path: '/ready', port },
    ])
    expect(find<Service>('Service').spec?.ports?.[0]?.targetPort).toBe(port)
  })

  test.each([
    ['the providers', ['1.1.1.1', '172.64.149.1', '2606:4700::1111'], true],
    ['what is inside', ['10.96.0.1', '172.20.0.1', '192.168.1.1', '100.64.0.1', 'fd00:10:96::1'], false],
    ['the metadata of a cloud', ['169.254.169.254', 'fd00:ec2::254', 'fe80::a9fe:a9fe'], false],
  ])('let pods reach %s by HTTPS, or do not, over either version of IP', (_, addresses, isReached) => {
    const rules = find<NetworkPolicy>('NetworkPolicy').spec?.egress ?? []
    const blocks = rules
      .filter(({ ports }) => ports?.some(({ port }) => port === 443))
      .flatMap(({ to }) => to?.flatMap(({ ipBlock }) => ipBlock ?? []) ?? [])
    for (const address of addresses) {
      const isOpen = blocks.some(
        ({ cidr, except = [] }) => isWithin(address, [cidr]) && !isWithin(address, except),
      )
      expect([address, isOpen]).toEqual([address, isReached])
    }
  })

  test('scale by a metric that there is', async () => {
    const app = await startApp()
    onTestFinished(() => app.stop())
    const there = await readMetrics(app.dirgraph)
    const metrics = find<HorizontalPodAutoscaler>('HorizontalPodAutoscaler').spec?.metrics ?? []
    const names = metrics.flatMap(({ pods }) => pods?.metric.name ?? [])
    expect(names).toEqual(['dirgraph_budget_waiting'])
    expect(names.filter(name => !there.names.has(name))).toEqual([])
  })

  test('let the program be no root and write nowhere', () => {
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('hold no secret, and settings that there are', () => {
    const names = container?.env?.map(({ name }) => name) ?? []
    expect(names.filter(name => !(name in settings.shape))).toEqual([])
    expect(names.filter(name => /TOKEN|SECRET|KEY/.test(name))).toEqual([])
    expect(container?.envFrom).toEqual([{ secretRef: { name: 'dirgraph' } }])
  })

  test('give a pod the time to drain and to answer', () => {
    const { DIRGRAPH_OPERATION_TIMEOUT_MS: timeoutMs, DIRGRAPH_DRAIN_MS: drainMs } = settings.parse({
      DIRGRAPH_DRAIN_MS: container?.env?.find(({ name }) => name === 'DIRGRAPH_DRAIN_MS')?.value,
    })
    const { periodSeconds = 0, failureThreshold = 0 } = container?.readinessProbe ?? {}
    expect(drainMs).toBeGreaterThan(periodSeconds * failureThreshold * 1_000)
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(drainMs + timeoutMs + 5_000)
  })
})
