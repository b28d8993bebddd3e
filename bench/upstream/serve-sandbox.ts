import { type SandboxData, type SandboxSettings, startSandbox } from '../../src/sandbox/sandbox.ts'
import { toGlobalId } from '../contenders/global-id.ts'
import { answerParent, readSettings } from '../harness/parent.ts'
import { summarizeCalls } from './call-log.ts'
import type { KnownDirectory, SandboxHello, SandboxQuestions } from './sandbox-child.ts'

const MAX_KNOWN_EMAILS = 100

function toKnownWorkos({ workos }: SandboxData, id: string): KnownDirectory {
  const { organization_id = '' } = workos.directories.find(directory => directory.id === id) ?? {}
  // WorkOS keeps the oldest first and is asked for the newest first.
  const users = workos.rosters.get(id)?.users.slice(-MAX_KNOWN_EMAILS).reverse() ?? []
  return {
    provider: 'workos',
    globalId: toGlobalId('Directory', 'workos', organization_id, id),
    firstEmails: users.map(({ email }) => email ?? ''),
  }
}

function toKnownScalekit({ scalekit }: SandboxData, id: string): KnownDirectory {
  const { organization_id = '' } = scalekit.directories.find(directory => directory.id === id) ?? {}
  const users = scalekit.rosters.get(id)?.users.slice(0, MAX_KNOWN_EMAILS) ?? []
  return {
    provider: 'scalekit',
    globalId: toGlobalId('Directory', 'scalekit', organization_id, id),
    firstEmails: users.map(({ email }) => email),
  }
}

function toKnownDirectories(
  data: SandboxData,
  workosIds: readonly (string | null)[],
  scalekitIds: readonly (string | null)[],
): KnownDirectory[] {
  return [
    ...workosIds.flatMap(id => (id === null ? [] : [toKnownWorkos(data, id)])),
    ...scalekitIds.flatMap(id => (id === null ? [] : [toKnownScalekit(data, id)])),
  ]
}

const { workos, scalekit, data, calls, clearCalls } = await startSandbox(readSettings<SandboxSettings>())
const { known } = data

answerParent<SandboxHello, SandboxQuestions>(
  {
    upstream: { workos: { apiKey: workos.apiKey, apiUrl: workos.url }, scalekit },
    large: toKnownDirectories(data, [known.workosScaleDirectoryId], [known.scalekitScaleDirectoryId]),
    extra: toKnownDirectories(data, known.workosExtraDirectoryIds, known.scalekitExtraDirectoryIds),
  },
  {
    clearCalls() {
      clearCalls()
      return null
    },
    callSummary: () => summarizeCalls(calls),
  },
)
