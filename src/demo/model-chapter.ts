/** The demo's second chapter, where Prometheus is installed: a real model breaks and heals, and the shipped rules see it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findComponents, MissingProgramsError } from '../stack/components.ts'
import { messageBoxes } from '../stack/message-boxes.ts'
import { type Message, openReceivers } from '../stack/receivers.ts'
import { startStack } from '../stack/stack.ts'
import { startTraffic } from '../traffic/traffic.ts'
import type { Result } from '../trigger/course.ts'
import { startDrill } from '../trigger/drill.ts'
import type { Step } from '../trigger/report.ts'
import { triggers } from '../trigger/triggers.ts'
import type { Mark, Stage } from './stage.ts'

/** 5 minutes of a rule are 5 s, and nothing is shorter. */
const SPEED = 300

/** The chapter breaks the model so that this fires. */
const ALERT = 'ModelAccuracyDrop'

export interface Chapter {
  play(): Promise<void>
  close(): Promise<void>
}

/** Whether Prometheus, Alertmanager, node-exporter and Pushgateway are there. */
export function canOpenChapter(env: Readonly<Record<string, string | undefined>>): boolean {
  try {
    findComponents(env)
    return true
  } catch (error) {
    if (error instanceof MissingProgramsError) return false
    throw error
  }
}

/** Starts the whole stack, with traffic; nothing is shown before `play`. With `realSlack` its messages go there. */
export async function openChapter(
  env: Readonly<Record<string, string | undefined>>,
  realSlack: string | null,
  stage: Stage,
  signal: AbortSignal,
): Promise<Chapter> {
  const endings: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-demo-'))
    endings.push(() => rm(folder, { recursive: true, force: true }))
    let isOpen = false
    const show = messageBoxes(stage.terminal, Date.now)
    const receivers = await openReceivers(realSlack, (message) => {
      if (isOpen && isOfStory(message)) show(message)
    })
    endings.push(receivers.close)
    const say = (sentence: string) => stage.note('why', sentence)
    const { running, stop } = await startStack({ folder, speed: SPEED, ports: 'free', receivers, env, say, signal })
    endings.push(stop)
    const traffic = startTraffic({ ...running.urls, feedback: 1 })
    endings.push(traffic.stop)
    const play = async () => {
      isOpen = true
      const report = (step: Step) => {
        const note = noteOf(step)
        if (note !== null) stage.note(...note)
      }
      stage.step('A real model answers 20 requests a second; Prometheus watches it. Half of its answers become wrong.')
      const drill = await startDrill(
        triggers.filter(({ alert }) => alert === ALERT),
        running,
        { signal, traffic, report },
      )
      drill.results().forEach(throwProblem)
      stage.step('The model heals.')
      const results = await drill.end()
      results.forEach(throwProblem)
    }
    return { play, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The others are true as well, but no story: of traffic that began a minute ago, of a machine that is busy. */
function isOfStory(message: Message): boolean {
  return JSON.stringify(message.place === 'mail' ? message.mail.mail : message.payload).includes(ALERT)
}

/** Null: it goes without saying. */
function noteOf(step: Step): readonly [Mark, string] | null {
  const after = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  switch (step.what) {
    case 'pending':
      return ['why', `Prometheus sees the accuracy of the answers fall below 75 %: ${step.alert} is pending.`]
    case 'firing':
      return ['in', `Prometheus: ${step.alert} fires, ${after(step.afterMs)} after the model broke.`]
    case 'resolved':
      return ['in', `Prometheus: ${step.alert} is over, ${after(step.afterMs)} after the model healed.`]
    case 'told-firing':
    case 'told-resolved': {
      const channels = step.destinations.map(({ channel }) => channel).join(' and ')
      const news = step.what === 'told-firing' ? 'it fires' : 'it is over'
      return ['out', `Told by the router that ${news}: ${channels} of team ml-platform, after ${after(step.afterMs)}.`]
    }
    default:
      return null
  }
}

function throwProblem({ alert, problem }: Result): void {
  if (problem !== null) throw new Error(`${alert}: ${problem}`)
}
