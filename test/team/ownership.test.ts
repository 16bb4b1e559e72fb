/** Who owns an alert. */
import { describe, expect, it } from 'vitest'
import { toLabels } from '../../src/alert/labels.ts'
import { indexOwners, ownersOf } from '../../src/team/ownership.ts'
import { documentText, soundDocument } from './documents.ts'

function teamDocument(team: string, ...owns: string[]) {
  const list = owns.map((text) => `'${text}'`).join(', ')
  return soundDocument(documentText({ team, owns: `owns: [${list}]` }), `${team}.yml`).document
}

const ownership = indexOwners([
  teamDocument('default'),
  teamDocument('ml', 'service="model-server"', 'job=~"ml-api|trainer"'),
  teamDocument('web', 'service=~"shop|blog"', 'team="frontend"'),
  teamDocument('proto', '__proto__="x"', 'constructor="toString"'),
])

describe('ownersOf', () => {
  it.each<[Record<string, string>, string[], 'label' | 'owns' | 'default', boolean]>([
    [{ team: 'ml' }, ['ml'], 'label', false],
    [{ team: 'ml', service: 'shop' }, ['ml'], 'label', false],
    [{ team: 'default', service: 'shop' }, ['default'], 'label', false],
    [{ team: 'nobody', service: 'shop' }, ['web'], 'owns', false],
    [{ team: 'nobody' }, ['default'], 'default', false],
    [{ team: 'frontend' }, ['web'], 'owns', false],
    [{ team: 'ML' }, ['default'], 'default', false],
    [{ service: 'model-server' }, ['ml'], 'owns', false],
    [{ job: 'trainer' }, ['ml'], 'owns', false],
    [{ job: 'trainer', service: 'model-server' }, ['ml'], 'owns', false],
    [{ job: 'trainer', service: 'blog' }, ['ml', 'web'], 'owns', true],
    [{ service: 'shop|blog' }, ['default'], 'default', false],
    [{ service: 'constructor' }, ['default'], 'default', false],
    [{}, ['default'], 'default', false],
    [JSON.parse('{"__proto__":"x"}'), ['proto'], 'owns', false],
    [{ constructor: 'toString' } as unknown as Record<string, string>, ['proto'], 'owns', false],
  ])('%j → %j by %s', (labels, teams, by, contested) => {
    expect(ownersOf(toLabels(labels), ownership)).toEqual({ teams, by, contested })
  })

  it('tells both of two teams that own one value', () => {
    const both = indexOwners([teamDocument('b', 'a="1"'), teamDocument('a', 'a="1"')])
    expect(ownersOf(toLabels({ a: '1' }), both)).toEqual({ teams: ['a', 'b'], by: 'owns', contested: true })
  })
})
