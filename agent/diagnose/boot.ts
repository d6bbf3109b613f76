import { readFileSync } from 'node:fs'
import type { LogEntry } from '../../engine/log.ts'
import { type Handover, readHandover } from '../system/handover.ts'
import { runDirectory } from '../system/journal.ts'
import type { Section } from './section.ts'

type StageTime = { readonly stage: string; readonly state: string; readonly ms?: number; readonly reason?: string }

/** How the stages of a boot ended, and what warned, by the entries of its boot.jsonl. */
export const stageTimes = (jsonLines: string): { stages: readonly StageTime[]; warnings: readonly string[] } => {
  const stages = new Map<string, StageTime>()
  const warnings: string[] = []
  let reason: string | undefined
  for (const line of jsonLines.split('\n')) {
    if (line === '') continue
    let entry: LogEntry & { readonly stage: string }
    try {
      entry = JSON.parse(line)
    } catch {
      continue // the last line of an agent that was killed
    }
    const { stage, text, state, ms } = entry
    if (entry.level === 'warning') warnings.push(text)
    if (entry.reason !== undefined) reason = `${text}: ${entry.reason.replaceAll('\n', ' ')}`
    if (text !== `stage ${stage}` || state === undefined) continue
    const why = state === 'failed' && reason !== undefined ? { reason } : {}
    stages.set(stage, { stage, state, ...(ms === undefined ? {} : { ms }), ...why })
  }
  return { stages: [...stages.values()], warnings }
}

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export const leftHandover = (): Handover | undefined => {
  try {
    return readHandover()
  } catch {
    return undefined
  }
}

/** Which boot it is, of which image, and how its stages went. */
export const bootSection = async (handover: Handover | undefined): Promise<Section> => {
  const { stages, warnings } = stageTimes(readIfThere(`${runDirectory}/boot.jsonl`))
  const { session, image } = handover ?? {}
  const failed = stages.filter(({ state }) => state === 'failed')
  return {
    title: 'boot',
    facts: { node: session?.node ?? null, boot: session?.boot ?? null, image: image ?? null, stages, warnings },
    rows: [
      ...(session ? [['node', session.node, `boot ${session.boot}`]] : []),
      ...(image ? [['image', image.name, image.version ?? image.digest]] : []),
      ...stages.map(({ stage, state, ms }) => ['stage', stage, ms === undefined ? state : `${state}, ${ms} ms`]),
      ...(session || stages.length > 0 ? [] : [['nothing is known of it']]),
      ...warnings.map((warning) => ['warning', warning]),
    ],
    problems: [
      ...(handover === undefined ? ['the agent left no session: this system was not booted by it, or not yet'] : []),
      ...failed.map(({ stage, reason }) => `stage ${stage} of the last boot failed: ${reason ?? 'no reason given'}`),
    ],
  }
}
