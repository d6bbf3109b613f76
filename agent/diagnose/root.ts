import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { contentText, sizeText } from '../mkdisk/machine.ts'
import { imageDirectory } from '../root/layers.ts'
import { inspectMachine } from '../system/disks.ts'
import { readMemory } from '../system/memory.ts'
import { listMounts } from '../system/mounts.ts'
import type { Section } from './section.ts'

const text = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

const used = (path: string): { readonly size: number; readonly free: number } | undefined => {
  try {
    const { blocks, bavail, bsize } = statfsSync(path)
    return { size: blocks * bsize, free: bavail * bsize }
  } catch {
    return undefined
  }
}

/** Below this share of free space somebody should look. */
const scarce = 0.05

/** The root's mounts with how full they are, and the memory that is left. */
export const rootSection = async (): Promise<Section> => {
  const mounts = (await listMounts()).filter(({ target }) => target === '/' || /\/run\/prelude\/root\//.test(target))
  const facts = mounts.map((mounted) => ({ ...mounted, ...used(mounted.target) }))
  const memory = await readMemory()
  return {
    title: 'root',
    facts: { mounts: facts, ...(memory ? { memory } : {}) },
    rows: [
      ...facts.map(({ target, type, source, size, free }) => [
        type,
        target,
        source,
        size === undefined || free === undefined ? '' : `${sizeText(size - free)} of ${sizeText(size)} used`,
      ]),
      ...(memory ? [['memory', `${sizeText(memory.available)} available`]] : []),
    ],
    problems: facts.flatMap(({ target, type, size, free }) =>
      // full by design: images, and what holds one
      size &&
      free !== undefined &&
      free < size * scarce &&
      !['squashfs', 'erofs'].includes(type) &&
      target !== imageDirectory
        ? [`${target} is nearly full: ${sizeText(free)} are left`]
        : [],
    ),
  }
}

type ArrayNow = {
  readonly device: string
  readonly level: string
  readonly state: string
  readonly degraded: number
  readonly action: string
}

const arraysNow = (): readonly ArrayNow[] =>
  readdirSync('/sys/class/block')
    .filter((name) => /^md\d+$/.test(name))
    .map((name) => {
      const of = (file: string) => text(`/sys/class/block/${name}/md/${file}`)
      return {
        device: `/dev/${name}`,
        level: of('level'),
        state: of('array_state'),
        degraded: Number(of('degraded') || 0),
        action: of('sync_action'),
      }
    })

/** Disks in their stable order, and arrays with what they lack. */
export const disksSection = async (): Promise<Section> => {
  const { disks } = await inspectMachine()
  const arrays = arraysNow()
  return {
    title: 'disks',
    facts: { disks, arrays },
    rows: [
      ...disks.map(({ device, number, size, content, busy }) => [
        number === undefined ? 'disk' : `disk ${number}`,
        device,
        sizeText(size),
        `${contentText(content)}${busy ? `; ${busy}` : ''}`,
      ]),
      ...arrays.map(({ device, level, state, degraded, action }) => [
        'array',
        device,
        level,
        `${state}${degraded > 0 ? `, ${degraded} missing` : ''}${action && action !== 'idle' ? `, ${action}` : ''}`,
      ]),
    ],
    problems: arrays.flatMap(({ device, degraded, action, state }) => [
      ...(degraded > 0
        ? [`${device} lacks ${degraded} of its disks${action === 'recover' ? '; it is being rebuilt' : ''}`]
        : []),
      ...(state === 'inactive' ? [`${device} does not run`] : []),
    ]),
  }
}
