/** The promtool tests of the rules: what they expect of which alert, and when. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { parseDuration } from '../../src/team/duration.ts'
import type { ShippedAlert } from './shipped-rules.ts'

type Labels = Readonly<Record<string, string>>

interface Expectation {
  readonly eval_time: string
  readonly alertname: string
  readonly exp_alerts?: readonly { readonly exp_labels: Labels }[]
}

export interface RuleTest {
  readonly file: string
  readonly name: string
  readonly alert_rule_test?: readonly Expectation[]
}

export const testFolder = 'test/prometheus/rules'

export function testFiles(): string[] {
  return readdirSync(testFolder).filter((file) => file.endsWith('.yml'))
}

export function ruleTests(): RuleTest[] {
  return testFiles().flatMap((file) => {
    const { tests } = parse(readFileSync(`${testFolder}/${file}`, 'utf8')) as {
      tests: readonly Omit<RuleTest, 'file'>[]
    }
    return tests.map((test) => ({ ...test, file }))
  })
}

/** When one rule is looked at in one test (epoch ms), and with which labels it fires then. */
export interface Look {
  readonly at: number
  readonly fired: readonly Labels[]
}

/** In order of time. */
export function looksAt({ alert, labels }: ShippedAlert, { alert_rule_test = [] }: RuleTest): Look[] {
  // Labels that are filled in when it fires tell no two rules of one name apart.
  const fixed = Object.entries(labels).filter(([, value]) => !value.includes('{{'))
  return alert_rule_test
    .filter(({ alertname }) => alertname === alert)
    .map(({ eval_time, exp_alerts = [] }) => ({
      at: parseDuration(eval_time) ?? Number.NaN,
      fired: exp_alerts
        .map(({ exp_labels }) => exp_labels)
        .filter((own) => fixed.every(([name, value]) => own[name] === value)),
    }))
    .sort((a, b) => a.at - b.at)
}
