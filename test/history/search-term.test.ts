/** Terms: whatever labels are called and hold, they are one word of the index, and come back as they were. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toLabels } from '../../src/alert/labels.ts'
import {
  isCut,
  labelTerm,
  partOfTerm,
  sourceTerm,
  teamTerm,
  termsText,
  valueIn,
} from '../../src/history/search-term.ts'

it.each([
  ['service', 'checkout', 'service=checkout'],
  ['instance', 'db-1.example:9100', 'instance=db-1.example:9100'],
  ['alertname', 'HighErrorRatio', 'alertname=^high^error^ratio'],
  ['note', '50% "off"^', 'note=50%25%20%22off%22%5e'],
  ['größe', '日本', 'gr%c3%b6%c3%9fe=%e6%97%a5%e6%9c%ac'],
  ['a=b', 'c=d', 'a%3db=c%3dd'],
  ['@team', 'x', '%40team=x'],
])('%s and %j are %s', (name, value, term) => {
  expect(labelTerm(name, value)).toBe(term)
  expect(valueIn(term)).toBe(value)
})

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((t) => t.toWellFormed())

it('a term is one word of small ASCII, and tells its value', () => {
  fc.assert(
    fc.property(text, text, (name, value) => {
      const term = labelTerm(name, value)
      expect(term).toMatch(/^[a-z0-9_\-.:/^%]+=[a-z0-9_\-.:/^%]+$|^.{240}$/)
      if (isCut(term)) expect(term).toHaveLength(240)
      else expect(valueIn(term)).toBe(value)
    }),
  )
})

it('different labels have different terms, and none is that of a team or source', () => {
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      fc.pre(a !== c || b !== d)
      const [one, other] = [labelTerm(a, b), labelTerm(c, d)]
      fc.pre(one.length < 240 && other.length < 240)
      expect(one).not.toBe(other)
      expect([teamTerm(b), sourceTerm(b)]).not.toContain(one)
    }),
  )
})

it('the term holds the term of every part of its value, unless it was cut', () => {
  fc.assert(
    fc.property(text, text, text, (start, part, rest) => {
      const term = labelTerm('name', start + part + rest)
      expect(isCut(term) || term.includes(partOfTerm(part))).toBe(true)
    }),
  )
})

it('the term of a beginning is the beginning of the term', () => {
  fc.assert(
    fc.property(text, text, text, (name, start, rest) => {
      expect(labelTerm(name, start + rest).startsWith(labelTerm(name, start))).toBe(true)
    }),
  )
})

it('half a character, which no label holds, does no harm', () => {
  expect(labelTerm('a', '\ud83d')).toBe('a=%ef%bf%bd')
})

it('an episode has terms of its source, its teams and its labels', () => {
  const labels = toLabels({ severity: 'critical', alertname: 'Down' })
  expect(termsText(labels, ['payments', 'a b'], 'eu-1')).toBe(
    '@source=eu-1 @team=payments @team=a%20b alertname=^down severity=critical',
  )
})
