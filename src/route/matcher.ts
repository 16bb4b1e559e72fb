/** One label matcher: `name op value`, with RE2 regexes anchored as Alertmanager anchors them (AM-M1). */
export interface Matcher {
  readonly name: string
  readonly op: '=' | '!=' | '=~' | '!~'
  readonly value: string
}
