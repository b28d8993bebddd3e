import { randomBytes } from 'node:crypto'
import { toScalekitDigits } from './minted-ids.ts'
import type { Routes, SandboxAnswer } from './router.ts'
import type { SandboxData } from './sandbox-data.ts'
import { neverTime, toScalekitAnswer } from './scalekit-answers.ts'
import { findDirectory } from './scalekit-lookups.ts'
import type { ScalekitDirectory, ScalekitSecret } from './scalekit-records.ts'

function createSecret(directory: ScalekitDirectory): SandboxAnswer {
  const plainSecret = `sandbox_${randomBytes(24).toString('base64url')}`
  const secret: ScalekitSecret = {
    id: `sec_${toScalekitDigits(Date.now(), directory.secrets.length)}`,
    create_time: new Date().toISOString(),
    secret_suffix: plainSecret.slice(-4),
    status: 'ACTIVE',
    expire_time: neverTime,
    last_used_time: neverTime,
    directory_id: directory.id,
  }
  directory.secrets.push(secret)
  return toScalekitAnswer(200, { plain_secret: plainSecret, secret })
}

/** The routes that make secrets for a SCIM endpoint; each value is shown once and kept nowhere. */
export function createScalekitSecretRoutes(data: SandboxData): Routes {
  const secrets = '/api/v1/organizations/{organization_id}/directories/{directory_id}/secrets'
  return {
    [`POST ${secrets}`]: (_, organizationId, id) => createSecret(findDirectory(data, organizationId, id)),
    [`POST ${secrets}:regenerate`]: (_, organizationId, id) => {
      const directory = findDirectory(data, organizationId, id)
      for (const secret of directory.secrets) secret.status = 'INACTIVE'
      return createSecret(directory)
    },
  }
}
