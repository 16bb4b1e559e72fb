/** Numbers that stand for states: what a panel writes instead, and in which colour. */
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

/** A text and a colour for each number. */
export function states(texts: Readonly<Record<number, readonly [text: string, colour: string]>>): ValueMapping[] {
  const options = Object.entries(texts).map(([value, [text, color]], index) => [value, { text, color, index }])
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }]
}

/** Of `up`. */
export const upStates = states({ 0: ['Down', 'red'], 1: ['Up', 'green'] })
