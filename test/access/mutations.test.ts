import { describe, expect, test } from 'vitest'
import { schema } from '../../src/schema/index.ts'
import { inputFor, MUTATION_NAMES, MUTATIONS, type Mutation } from '../schema/mutate.ts'
import {
  type Ask,
  answerTo,
  claimsOf,
  idsOf,
  type Meeting,
  meet,
  nobodyLike,
  PROVIDERS,
  type Tenant,
} from './tenants.ts'

test('every mutation is tried', () => {
  const fields = Object.keys(schema.getMutationType()?.getFields() ?? {})
  expect([...MUTATION_NAMES].sort()).toEqual(fields.sort())
})

/** The mutation with all that it could answer. */
function mutationOf(name: Mutation, ids: { organization: string; directory: string }): Ask {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  return {
    query: `mutation($input: ${type}Input!) { result: ${name}(input: $input) {
      __typename ... on ${type}Payload { ${MUTATIONS[name].payload} } ... on Error { message }
    } }`,
    variables: { input: { ...inputFor(name, ids), ...(name === 'deleteDirectory' && { force: true }) } },
  }
}

function globalIdsOf(tenant: Tenant) {
  const { Organization: organization, Directory: directory } = idsOf(tenant)
  return { organization, directory }
}

/** All that the providers hold, to see that nothing of it has changed. */
function holdings({ app }: Meeting): string {
  const { workos, scalekit } = app.sandbox.data
  return JSON.stringify([
    workos.organizations,
    workos.directories,
    [...workos.deletions],
    scalekit.organizations,
    scalekit.directories,
    scalekit.portalLinks,
  ])
}

describe.for(PROVIDERS)('for a user of %s', provider => {
  describe.for(PROVIDERS)('and an organization of %s', whose => {
    test.for(MUTATION_NAMES)('%s calls nobody and is answered as for one that does not exist', async name => {
      const meeting = await meet(provider, whose)
      const before = holdings(meeting)
      const answer = await answerTo(meeting, mutationOf(name, globalIdsOf(meeting.theirs)))
      const toNobody = await answerTo(meeting, mutationOf(name, globalIdsOf(nobodyLike(meeting.theirs))))
      expect(answer).toEqual(toNobody)
      expect(JSON.parse(answer.text).data.result.__typename).toBe('NotFoundError')
      expect(answer.calls).toBe(0)
      expect(holdings(meeting)).toBe(before)
    })
  })

  const ABOUT_DIRECTORIES = MUTATION_NAMES.filter(name => MUTATIONS[name].about === 'directory')

  test.for(ABOUT_DIRECTORIES)(
    '%s of another’s directory under the own organization changes nothing',
    async name => {
      const meeting = await meet(provider)
      const { mine } = meeting
      const before = holdings(meeting)
      const claim = (theirs: Tenant) => ({
        organization: idsOf(mine).Organization,
        directory: claimsOf(mine, theirs)['a directory'],
      })
      const answer = await answerTo(meeting, mutationOf(name, claim(meeting.theirs)))
      const toNobody = await answerTo(meeting, mutationOf(name, claim(nobodyLike(meeting.theirs))))
      expect(answer).toEqual(toNobody)
      expect(JSON.parse(answer.text).data.result.__typename).toMatch(/^(NotFound|Unsupported)Error$/)
      expect(holdings(meeting)).toBe(before)
    },
  )

  test('deleteDirectory sends no delete for a directory that is not there under that id', async () => {
    const meeting = await meet(provider)
    if (provider === 'scalekit') return
    await answerTo(
      meeting,
      mutationOf('deleteDirectory', {
        organization: '',
        directory: claimsOf(meeting.mine, meeting.theirs)['a directory'],
      }),
    )
    expect(meeting.app.sandbox.calls.map(({ method }) => method)).toEqual(['GET'])
  })

  test('the own directory can be deleted', async () => {
    const meeting = await meet(provider)
    const before = holdings(meeting)
    const { text } = await answerTo(meeting, mutationOf('deleteDirectory', globalIdsOf(meeting.mine)))
    expect(JSON.parse(text).data.result.deletedDirectoryId).toBe(idsOf(meeting.mine).Directory)
    expect(holdings(meeting)).not.toBe(before)
  })
})
