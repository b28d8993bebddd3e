import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.ts'

const ENDPOINT = 'http://127.0.0.1:4318'

describe('traces', () => {
  test.each([
    {},
    { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' },
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: ENDPOINT },
  ])('are off with %j', environment => {
    expect(readConfig(environment).traces).toBeNull()
  })

  test.each([
    { OTEL_TRACES_EXPORTER: 'otlp' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${ENDPOINT}/v1/traces` },
    { OTEL_SDK_DISABLED: 'false', OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
  ])('are on with %j, and then have the defaults that OpenTelemetry gives', environment => {
    expect(readConfig(environment).traces).toEqual({
      serviceName: null,
      resourceAttributes: '',
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      propagators: ['tracecontext', 'baggage'],
      batch: {
        scheduledDelayMillis: 5_000,
        exportTimeoutMillis: 30_000,
        maxQueueSize: 2_048,
        maxExportBatchSize: 512,
      },
    })
  })

  test('are as the variables say', () => {
    const { traces } = readConfig({
      OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT,
      OTEL_SERVICE_NAME: 'directories',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '.25',
      OTEL_PROPAGATORS: 'tracecontext',
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
    })
    expect(traces).toMatchObject({
      serviceName: 'directories',
      sampler: 'traceidratio',
      samplerRatio: 0.25,
      propagators: ['tracecontext'],
      batch: { maxQueueSize: 10 },
    })
  })

  test.each([
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318?key=sk_live_1'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://collector'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_PROPAGATORS', 'b3'],
    ['OTEL_BSP_SCHEDULE_DELAY', '-1'],
  ])('with %s=%s stop the start, with a line that has nothing of it', (name, value) => {
    const read = () => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, [name]: value })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(new RegExp(`^${name} is set to something that can not be used; it may be .+\\.$`))
    expect(read).not.toThrow(value)
  })
})
