/** Says what is wrong with YAML in our own words: the parser's quote the text, which may be a secret. */
import type { ErrorCode, YAMLParseError } from 'yaml'

type Description = readonly [what: string, valid: string]

/** What is wrong and what would be valid, for the mistakes that people make. */
export function describeSyntaxError(error: YAMLParseError): Description {
  if (error.code === 'MISSING_CHAR' && error.message.includes('quote')) {
    return ['a quote that is opened here or above is never closed', 'close it on the same line']
  }
  return described[error.code] ?? ['not valid YAML', 'write key: value lines and lists with - or [ ]']
}

const described: { readonly [code in ErrorCode]?: Description } = {
  TAB_AS_INDENT: ['a tab in the indentation', 'indent with spaces'],
  BAD_INDENT: ['the indentation does not fit the lines above', 'start all keys of one mapping in the same column'],
  BLOCK_AS_IMPLICIT_KEY: ['a second "key: value" on one line', 'put it on a line of its own, or quote the value'],
  MULTILINE_IMPLICIT_KEY: [
    'text without a key, or a key over several lines',
    'write "key: value"; long text in quotes',
  ],
  MISSING_CHAR: ['a sign is missing before this', 'check for a missing "," or ":" or "- " just before'],
  UNEXPECTED_TOKEN: ['this is out of place', 'check for a stray "," or bracket, or quote the text'],
  BAD_SCALAR_START: ['a value cannot start with this sign', 'put the value in quotes'],
  BAD_DQ_ESCAPE: ['an unknown escape in double quotes', "write \\\\ for a backslash, or use 'single quotes'"],
  BAD_ALIAS: ['"*" or "&" without a name', 'put the value in quotes'],
  MULTIPLE_DOCS: ['a second document in the file', 'keep one document per file, without --- between'],
  RESOURCE_EXHAUSTION: ['nested deeper than 32 levels', 'flatten it'],
}
