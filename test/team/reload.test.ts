/** What a start or reload puts in force, by what the files say and what was in force. */
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/team/problem.ts'
import { planReload, type ReloadPlan, type TeamFile } from '../../src/team/reload.ts'
import { documentText } from './documents.ts'

/** A team by name with what it owns and the variable it uses: `a: x=1 $A_URL`. */
function textOf(short: string): string {
  const [team = '', rest = ''] = short.split(':')
  const words = rest.split(' ').filter((word) => word !== '')
  const owns = words.filter((word) => word.includes('=')).map((word) => `'${word}'`)
  const variables = words.filter((word) => word.startsWith('$')).map((word) => `{ api_url: 'env:${word.slice(1)}' }`)
  if (words.includes('broken')) return `team: ${team}\n`
  return documentText({
    team,
    ...(owns.length > 0 && { owns: `owns: [${owns.join(', ')}]` }),
    receivers: `receivers: [{ name: chat, slack_configs: [${variables.join(', ')}] }]`,
    ...(words.includes('changed') && { route: 'route: { receiver: chat, group_wait: 1m }' }),
  })
}

function fileOf(short: string): TeamFile {
  const team = short.split(':')[0] ?? ''
  return { file: `teams/${team}.yml`, team, text: textOf(short) }
}

const storedOf = (short: string) => ({ team: short.split(':')[0] ?? '', text: textOf(short) })

/** `a accepted`, or `a refused stored` when the stored document stays in force. */
function outcomes({ teams }: ReloadPlan): string[] {
  return teams.map((plan) => {
    const stays = plan.outcome === 'refused' && plan.document !== null ? ' stored' : ''
    return `${plan.team} ${plan.outcome}${stays}`
  })
}

function plan(files: string[], stored: string[] = []): ReloadPlan {
  return planReload(files.map(fileOf), stored.map(storedOf))
}

describe('planReload', () => {
  it.each<[string, string[], string[], string[], boolean]>([
    ['all is new', ['default', 'a'], [], ['a accepted', 'default accepted'], false],
    ['nothing changed', ['default', 'a'], ['default', 'a'], ['a kept', 'default kept'], false],
    ['one changed', ['default', 'a: changed'], ['default', 'a'], ['a accepted', 'default kept'], false],
    ['one broke', ['default', 'a: broken'], ['default', 'a'], ['a refused stored', 'default kept'], false],
    ['a new one is broken', ['default', 'a: broken'], ['default'], ['a refused', 'default kept'], false],
    ['one is gone', ['default'], ['default', 'a'], ['a removed', 'default kept'], false],
    ['the catch-all broke', ['default: broken', 'a'], ['default'], ['a accepted', 'default refused stored'], false],
    ['a broken catch-all is new', ['default: broken', 'a'], [], ['a accepted', 'default refused'], true],
    ['no catch-all ever', ['a'], [], ['a accepted', 'default refused'], true],
    ['an empty folder', [], [], ['default refused'], true],
    ['an emptied folder removes nobody', [], ['default', 'a'], ['a kept', 'default refused stored'], false],
    ['the stored catch-all no longer parses', ['default: broken'], ['default: broken'], ['default refused'], true],
    [
      'a stored one no longer parses',
      ['default', 'a: broken'],
      ['default', 'a: broken'],
      ['a refused', 'default kept'],
      false,
    ],
    ['it is mended', ['default', 'a'], ['default', 'a: broken'], ['a accepted', 'default kept'], false],
  ])('%s', (_, files, stored, expected, fatal) => {
    const made = plan(files, stored)
    expect(outcomes(made)).toEqual(expected)
    expect(made.fatal).toBe(fatal)
  })

  it.each<[string, string[], string[], string[]]>([
    ['two new ones: the later name', ['b: x=1', 'a: x=1'], [], ['a accepted', 'b refused']],
    ['a new one against a kept one', ['a: x=1', 'b: x=1'], ['b: x=1'], ['a refused', 'b kept']],
    ['a new one against a changed one', ['a: x=1', 'b: x=1 changed'], ['b: x=1'], ['a refused', 'b accepted']],
    ['a changed one against a kept one', ['a: x=1', 'b: x=1'], ['a', 'b: x=1'], ['a refused stored', 'b kept']],
    [
      'a changed one against one that changes and held it',
      ['a: x=1', 'b: x=1 changed'],
      ['a', 'b: x=1'],
      ['a refused stored', 'b accepted'],
    ],
    ['handed over from b to a', ['a: x=1', 'b'], ['a', 'b: x=1'], ['a accepted', 'b accepted']],
    ['handed over from a to b', ['a', 'b: x=1'], ['a: x=1', 'b'], ['a accepted', 'b accepted']],
    ['swapped', ['a: x=2', 'b: x=1'], ['a: x=1', 'b: x=2'], ['a accepted', 'b accepted']],
    ['taken from a removed team', ['a: x=1'], ['b: x=1'], ['a accepted', 'b removed']],
    ['kept for a broken one', ['a: x=1', 'b: broken'], ['b: x=1'], ['a refused', 'b refused stored']],
    [
      'b gives x to a, but is refused for y, so a is too',
      ['a: x=1', 'b: y=1', 'c: y=1'],
      ['a', 'b: x=1', 'c: y=1'],
      ['a refused stored', 'b refused stored', 'c kept'],
    ],
    ['by alternation', ['a: x=~"1|2"', 'b: x=~"2|3"'], [], ['a accepted', 'b refused']],
    ['other labels and values do not meet', ['a: x=1', 'b: y=1 x=2'], [], ['a accepted', 'b accepted']],
  ])('ownership: %s', (_, files, stored, expected) => {
    const made = plan(['default', ...files], ['default', ...stored])
    expect(outcomes(made)).toEqual([...expected, 'default kept'])
  })

  it.each<[string, string[], string[], string[]]>([
    ['a variable under a longer prefix', ['ml: $ML_OPS_URL', 'ml-ops'], ['ml-ops'], ['ml refused', 'ml-ops kept']],
    [
      'a new team whose prefix covers one in use',
      ['ml: $ML_OPS_URL', 'ml-ops'],
      ['ml: $ML_OPS_URL'],
      ['ml kept', 'ml-ops refused'],
    ],
    ['both new', ['ml: $ML_OPS_URL', 'ml-ops'], [], ['ml accepted', 'ml-ops refused']],
    ['prefixes within each other', ['ml: $ML_URL', 'ml-ops: $ML_OPS_URL'], [], ['ml accepted', 'ml-ops accepted']],
    ['the same prefix', ['a-b', 'a_b'], [], ['a-b accepted', 'a_b refused']],
  ])('secrets: %s', (_, files, stored, expected) => {
    const made = plan(['zz', ...files], ['zz', ...stored])
    expect(outcomes(made).filter((outcome) => !/^(zz|default) /.test(outcome))).toEqual(expected)
  })

  it('says what is wrong, and where', () => {
    const files = ['default', 'a: x=1', 'b: x=1', 'ml: $ML_OPS_URL', 'ml-ops'].map(fileOf)
    const others: TeamFile[] = [
      { file: 'teams/Wrong.yml', team: null, text: textOf('wrong') },
      { file: 'teams/c.yaml', team: 'c', text: textOf('c') },
      { file: 'teams/c.yml', team: 'c', text: textOf('c') },
      { file: 'teams/d.yml', team: 'd', text: null },
      { file: 'teams/e-f.yml', team: 'e-f', text: textOf('e-f') },
      { file: 'teams/e_f.yml', team: 'e_f', text: textOf('e_f') },
    ]
    const made = planReload([...files, ...others], [storedOf('ml: $ML_OPS_URL')])
    expect(made.problems.map(formatProblem)).toEqual([
      'teams/Wrong.yml:1:1: the file is not named after a team; name it <team>.yml: lower-case letters, digits, - and _, at most 63, beginning with a letter or digit',
      'teams/b.yml:5:8: team "b" cannot own x="1", which team "a" owns; remove it here, or first in the document of "a"',
      'teams/c.yml:1:1: team "c" has two files, teams/c.yaml too; keep one of them',
      'teams/d.yml:1:1: this is no file that can be read; make it a regular file that the router may read, or remove it',
      'teams/e_f.yml:1:1: the secrets of team "e_f" would begin with E_F_, as those of team "e-f" do; rename one of the teams, or first the variable of "e-f"',
      'teams/ml-ops.yml:1:1: the secrets of team "ml-ops" begin with ML_OPS_, and team "ml" uses ML_OPS_URL; rename one of the teams, or first the variable of "ml"',
    ])
    const taken = plan(['default', 'ml: $ML_OPS_URL', 'ml-ops'], ['ml-ops'])
    expect(taken.problems.map(formatProblem)).toEqual([
      'teams/ml.yml:2:54: the variable ML_OPS_URL belongs to team "ml-ops", whose secrets begin with ML_OPS_; use a variable of another name',
    ])
    expect(plan([], []).problems.map(formatProblem)).toEqual([
      'default.yml:1:1: the catch-all document is missing; add it; nothing is removed until then',
    ])
  })

  it('hands over what is to be stored and what is in force', () => {
    const made = plan(['default', 'a: changed', 'b: broken'], ['a', 'b', 'default'])
    expect(made.teams).toMatchObject([
      {
        team: 'a',
        outcome: 'accepted',
        file: 'teams/a.yml',
        text: textOf('a: changed'),
        document: { team: 'a', root: { groupWaitMs: 60_000 } },
      },
      { team: 'b', outcome: 'refused', document: { team: 'b' } },
      { team: 'default', outcome: 'kept', document: { team: 'default' } },
    ])
  })
})
