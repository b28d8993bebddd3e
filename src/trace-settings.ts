import { z } from 'zod'
import type { TraceSettings } from './telemetry/export-traces.ts'

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const satisfies readonly TraceSettings['sampler'][]
const PROPAGATORS = ['tracecontext', 'baggage', 'none'] as const

const count = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine(number => number >= 1 && number <= max)

const endpoint = z.string().refine(text => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))

/** OpenTelemetry's own variables for traces, with their own defaults; each with what it may hold. */
const variables = z.object({
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).optional().describe('`otlp` or `none`'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional().describe('an http or https URL'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional().describe('an http or https URL'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/protobuf').optional().describe('`http/protobuf`'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal('http/protobuf').optional().describe('`http/protobuf`'),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().default(''),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on').describe(SAMPLERS.join(', ')),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^\d*\.?\d+$/)
    .transform(Number)
    .refine(ratio => ratio <= 1)
    .default(1)
    .describe('a number, 0 to 1'),
  OTEL_PROPAGATORS: z
    .string()
    .transform(text => text.split(',').map(name => name.trim()))
    .pipe(z.array(z.enum(PROPAGATORS)))
    .default(['tracecontext', 'baggage'])
    .describe(`comma-separated: ${PROPAGATORS.join(', ')}`),
  OTEL_BSP_SCHEDULE_DELAY: count(600_000).default(5_000).describe('milliseconds, 1 to 600000'),
  OTEL_BSP_EXPORT_TIMEOUT: count(600_000).default(30_000).describe('milliseconds, 1 to 600000'),
  OTEL_BSP_MAX_QUEUE_SIZE: count(1_000_000).default(2_048).describe('a number of spans, 1 to 1000000'),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count(1_000_000).default(512).describe('a number of spans, 1 to 1000000'),
})

type Name = keyof typeof variables.shape

/**
 * How traces are exported, where `OTEL_*` variables ask for that; null where none does, or one holds what it can't. Then
 * `mistakes` gets a line for each, without what it holds: addresses of collectors have keys in them. Nobody's variables
 * are read who wants no traces.
 */
export function readTraceSettings(
  given: Readonly<Partial<Record<string, string>>>,
  mistakes: string[],
): TraceSettings | null {
  if (!isAskedFor(given)) return null
  const parsed = variables.safeParse(given)
  if (!parsed.success) {
    const wrong = new Set(parsed.error.issues.map(({ path }) => path[0] as Name))
    const lineOf = (name: Name) =>
      `${name} is set to something that can not be used; it may be ${variables.shape[name].description}.`
    mistakes.push(...[...wrong].map(lineOf))
    return null
  }
  const { data } = parsed
  return {
    serviceName: data.OTEL_SERVICE_NAME ?? null,
    resourceAttributes: data.OTEL_RESOURCE_ATTRIBUTES,
    sampler: data.OTEL_TRACES_SAMPLER,
    samplerRatio: data.OTEL_TRACES_SAMPLER_ARG,
    propagators: data.OTEL_PROPAGATORS,
    batch: {
      scheduledDelayMillis: data.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: data.OTEL_BSP_EXPORT_TIMEOUT,
      maxQueueSize: data.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: data.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    },
  }
}

function isAskedFor(given: Readonly<Partial<Record<string, string>>>): boolean {
  if (given.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || given.OTEL_TRACES_EXPORTER === 'none') return false
  const asking: readonly Name[] = [
    'OTEL_TRACES_EXPORTER',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  ]
  return asking.some(name => given[name] !== undefined)
}
