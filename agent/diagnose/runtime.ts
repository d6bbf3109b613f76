import { readFileSync } from 'node:fs'
import { execute } from '../../engine/process.ts'
import { driftOf } from '../runtime/overlay.ts'
import { readRecord } from '../runtime/record.ts'
import type { Section } from './section.ts'

const service = 'prelude-agent.service'

/** What systemd says of the agent's service; empty where there is no systemd. */
const serviceNow = async (): Promise<ReadonlyMap<string, string>> => {
  const properties = '--property=ActiveState,SubState,StatusText,NRestarts'
  const { stdout } = await execute('systemctl', ['show', service, properties]).catch(() => ({ stdout: '' }))
  return new Map(stdout.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')] as const))
}

/** The runtime overlay: what is laid, and what is no longer as it was laid. */
export const runtimeSection = async (isRunning: boolean): Promise<Section> => {
  const [record, unit] = [readRecord('/'), await serviceNow()]
  const drift = driftOf('/', record)
  const [active = '', sub = '', status = '', restarts = '0'] = [
    'ActiveState',
    'SubState',
    'StatusText',
    'NRestarts',
  ].map((name) => unit.get(name))
  return {
    title: 'runtime',
    facts: {
      service: { active, sub, status, restarts: Number(restarts) },
      etag: record.etag ?? null,
      drift,
      laid: record.entries.length,
    },
    rows: [
      ...(active ? [['service', `${active} (${sub})`, status]] : []),
      ['overlay', `${record.entries.length} paths`, record.etag ?? 'never laid to its end'],
    ],
    problems: [
      ...(isRunning && active !== 'active'
        ? [`${service} is ${active || 'not there'}: the runtime overlay is not kept`]
        : []),
      ...(Number(restarts) > 0 ? [`${service} was restarted ${restarts} times`] : []),
      ...drift.map((path) => `${path} is not as the runtime overlay has it; the agent restores it when it next looks`),
    ],
  }
}

const sysfs = (file: string): string => {
  try {
    return readFileSync(`/sys/class/watchdog/watchdog0/${file}`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** The first watchdog of the node, and whether somebody feeds it. */
export const watchdogSection = async (): Promise<Section> => {
  const [identity, state, timeout] = ['identity', 'state', 'timeout'].map(sysfs)
  return {
    title: 'watchdog',
    facts: { identity, state, timeout: Number(timeout) },
    rows: identity ? [[identity, state ?? '', `${timeout} s`]] : [['none', 'a node that hangs stays so']],
    problems: [],
  }
}
