import { describe, expect, test } from 'vitest'
import { createDirgraph, type DirgraphSettings } from '../../src/app.ts'

const SCALEKIT = { clientId: 'skc_1', clientSecret: 'test_1' }
const USER_TOKENS = { issuer: 'https://i', audience: 'a', provider: 'workos' } as const
const WORKOS = { apiKey: 'sk_test_1' }

/** Every address that something secret travels to, or that says whose signature is good. */
const ADDRESSES: Record<string, (url: string) => DirgraphSettings> = {
  'workos.apiUrl': apiUrl => ({ workos: { ...WORKOS, apiUrl } }),
  'scalekit.environmentUrl': environmentUrl => ({ scalekit: { ...SCALEKIT, environmentUrl } }),
  'userTokens.jwksUrl': jwksUrl => ({ workos: WORKOS, userTokens: { ...USER_TOKENS, jwksUrl } }),
}

describe.each(Object.entries(ADDRESSES))('%s', (_name, settings) => {
  test.each([
    'https://api.example',
    'https://api.example/v1',
    'http://127.0.0.1:1',
    'http://localhost:1',
    'http://[::1]:1',
  ])('may be %s', async url => {
    await createDirgraph(settings(url)).stop()
  })

  test.each([
    'http://api.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://me:hidden@127.0.0.1',
    'https://me:hidden@api.example',
    'https://api.example?key=hidden',
    'https://api.example#hidden',
    'ftp://api.example',
    'file:///etc/hidden',
    '//api.example',
    'api.example',
    'https://',
  ])('may not be %s, and the mistake does not repeat it', url => {
    expect(() => createDirgraph(settings(url))).toThrow(TypeError)
    expect(() => createDirgraph(settings(url))).toThrow(/^`\w+` has to be an https URL/)
    expect(() => createDirgraph(settings(url))).not.toThrow(/hidden|example/)
  })
})
