/** The line that says how traffic goes: renewed in place on a terminal, a new one every few seconds elsewhere. */
import { serverNames } from '../model-server/fault/faults.ts'
import { cells } from '../terminal/cells.ts'
import type { Output } from '../terminal/terminal.ts'
import type { Counts, Recent } from './tally.ts'
import type { Traffic } from './traffic.ts'

const RENEW_MS = 500
const REPEAT_MS = 5_000

/** How often `show` is worth calling. */
export function progressEveryMs({ isTTY }: Output): number {
  return isTTY === true ? RENEW_MS : REPEAT_MS
}

/** Prints lines over each other where that can be done. */
export function openProgress(output: Output) {
  const inPlace = output.isTTY === true
  return {
    show: (line: string) => {
      // A line that wraps could not be written over; so it is cut, and the rest of the terminal's line cleared.
      output.write(inPlace ? `\r${cutTo(line, widthOf(output) - 1)}\u001b[K` : `${line}\n`)
    },
    /** What is printed next begins on a line of its own. */
    close: () => {
      if (inPlace) output.write('\n')
    },
  }
}

/** `12 s  iris 20.0/s p50 3 p95 9 ms  churn 20.0/s p50 4 p95 11 ms, 3 errors` */
export function progressLine(seconds: number, traffic: Pick<Traffic, 'recent'>): string {
  const recent = traffic.recent()
  return [`${Math.floor(seconds)} s`, ...serverNames.map((server) => `${server} ${recentText(recent[server])}`)].join(
    '  ',
  )
}

function recentText({ rate, p50, p95, errors }: Recent): string {
  const latency = p50 === null || p95 === null ? 'no answer yet' : `p50 ${msText(p50)} p95 ${msText(p95)} ms`
  return `${rate.toFixed(1)}/s ${latency}${errors === 0 ? '' : `, ${errors} errors`}`
}

function msText(ms: number): string {
  return ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)
}

/** One sentence per server about all of it. */
export function summaryLines(seconds: number, traffic: Pick<Traffic, 'counts'>): string[] {
  const counts = traffic.counts()
  return serverNames.map((server) => `${server.padEnd(5)}  ${summaryText(counts[server], seconds)}`)
}

function summaryText({ sent, answered, refused, failed, unanswered, labelled, leftOut }: Counts, seconds: number) {
  const parts = [
    `${sent} sent in ${seconds.toFixed(0)} s`,
    `${answered} answered`,
    ...(refused === 0 ? [] : [`${refused} refused (4xx)`]),
    ...(failed === 0 ? [] : [`${failed} failed (5xx)`]),
    ...(unanswered === 0 ? [] : [`${unanswered} without an answer`]),
    `${labelled} labelled`,
    ...(leftOut === 0 ? [] : [`${leftOut} left out because too many were under way`]),
  ]
  return `${parts.join(', ')}.`
}

/** Some terminals say that they have no columns at all. */
function widthOf({ columns = 0 }: Output): number {
  return columns > 1 ? columns : 80
}

function cutTo(line: string, width: number): string {
  let fitting = line
  while (cells(fitting) > width) fitting = fitting.slice(0, -1)
  return fitting
}
