/** Values that stand in for secrets, and where one of them is found, in whatever form it was written. */

/** 32 letters and digits that nothing else contains; the same for the same name of at most 12 letters. */
export function canary(name: string): string {
  return `kanary${Buffer.from(name.padEnd(12, 'q')).toString('hex')}zq`
}

export interface Sighting {
  readonly name: string
  readonly where: string
  readonly around: string
}

/** Every form in which a program may write a value: as it is, in base64 wherever it begins, in hex, percent-encoded. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(' '.repeat(shift) + value).toString('base64')
    // The first and last characters also hold bits of their neighbours.
    return text.slice(shift === 0 ? 0 : 4, -4)
  })
  const hex = Buffer.from(value).toString('hex')
  const percent = value.replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return [value, [...value].reverse().join(''), ...base64, hex, percent]
}

/** Looks for these values, without regard to case. */
export function sightings(names: readonly string[], places: Readonly<Record<string, string>>): Sighting[] {
  const forms = names.flatMap((name) => formsOf(canary(name)).map((form) => [name, form.toLowerCase()] as const))
  return Object.entries(places).flatMap(([where, text]) => {
    const lower = text.toLowerCase()
    return forms.flatMap(([name, form]) => {
      const at = lower.indexOf(form)
      return at === -1 ? [] : [{ name, where, around: text.slice(Math.max(0, at - 100), at + 100) }]
    })
  })
}
