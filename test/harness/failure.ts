/** Failure texts that say what happened, pointing at the story's own line. */
import { AssertionError } from 'node:assert'

/** `caller` is cut off the stack, so that the runner shows the line of the story. */
export function failure(
  caller: (...args: never[]) => unknown,
  headline: string,
  details: readonly string[],
): AssertionError {
  return new AssertionError({ message: [headline, ...details].join('\n'), stackStartFn: caller as () => unknown })
}

/** A message as it read, each line after a bar. */
export function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n')
}
