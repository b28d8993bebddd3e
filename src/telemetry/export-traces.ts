import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  parseKeyPairsIntoRecord,
  setGlobalErrorHandler,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { type Logger, toLoggable } from './logger.ts'

/** The samplers of `OTEL_TRACES_SAMPLER`. */
export type SamplerName = keyof typeof SAMPLERS

/** How spans are sampled, batched and named; where they go, the exporter reads from `OTEL_EXPORTER_OTLP_*` itself. */
export interface TraceSettings {
  readonly serviceName: string | null
  /** `key=value` pairs, comma-separated, as `OTEL_RESOURCE_ATTRIBUTES` has them. */
  readonly resourceAttributes: string
  readonly sampler: SamplerName
  /** The part of traces that the samplers by ratio take, 0 to 1. */
  readonly samplerRatio: number
  readonly propagators: readonly ('tracecontext' | 'baggage' | 'none')[]
  /** Milliseconds between two exports, and for one; spans that wait at most, and in one export. */
  readonly batch: {
    readonly scheduledDelayMillis: number
    readonly exportTimeoutMillis: number
    readonly maxQueueSize: number
    readonly maxExportBatchSize: number
  }
}

const SAMPLERS = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio: number) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio: number) =>
    new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
} satisfies Record<string, (ratio: number) => Sampler>

const PROPAGATORS: Record<string, () => TextMapPropagator[]> = {
  tracecontext: () => [new W3CTraceContextPropagator()],
  baggage: () => [new W3CBaggagePropagator()],
  none: () => [],
}

/**
 * Registers an OpenTelemetry SDK for the whole process, which sends the spans of `traces.ts` to a collector (OTLP over
 * HTTP). `stop` sends what is left, for as long as the collector takes. What can not be sent is lost, with a line in the
 * log.
 */
export function exportTraces(settings: TraceSettings, log: Logger): { stop(): Promise<void> } {
  const { serviceName, resourceAttributes, sampler, samplerRatio, propagators, batch } = settings
  setGlobalErrorHandler(error => log.warn({ error: toLoggable(error) }, 'traces could not be sent'))
  const resource = defaultResource().merge(
    resourceFromAttributes({
      'service.name': 'dirgraph',
      ...parseKeyPairsIntoRecord(resourceAttributes),
      ...(serviceName !== null && { 'service.name': serviceName }),
    }),
  )
  const provider = new TracerProvider({
    resource,
    sampler: SAMPLERS[sampler](samplerRatio),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batch })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: propagators.flatMap(name => PROPAGATORS[name]?.() ?? []) }),
  )
  trace.setGlobalTracerProvider(provider)
  return {
    async stop() {
      await provider.shutdown().catch(error => {
        log.warn({ error: toLoggable(error) }, 'traces could not be sent')
      })
    },
  }
}
