import { contentText, sizeText } from './machine.ts'
import type { MkdiskPlan } from './plan.ts'
import type { Step, Target } from './steps.ts'

const over = ({ key, name }: Target): string => (key === undefined ? `'${name}'` : `'${name}' (LUKS)`)

const optionsText = (options: readonly string[]): string => (options.length > 0 ? ` (${options.join(',')})` : '')

/** A step for people, in one line. */
export const stepText = (step: Step): string => {
  switch (step.kind) {
    case 'close':
      return `close the LUKS mapping '${step.mapping}'`
    case 'stop':
      return `stop ${step.array}`
    case 'clear':
      return `destroy what is on ${step.disks.map(({ device }) => device).join(' ')}`
    case 'claim':
      return `mark ${step.disks.map(({ device }) => device).join(' ')} as begun`
    case 'partition': {
      const parts = step.partitions.map(
        ({ name, size }) => `'${name}' ${size === undefined ? 'the rest' : sizeText(size)}`,
      )
      return `partition ${step.device}: ${parts.join(', ')}`
    }
    case 'create': {
      const spares = step.spares.length > 0 ? `, spare ${step.spares.join(' ')}` : ''
      return `create ${step.level} '${step.name}' of ${step.members.join(' ')}${spares}`
    }
    case 'assemble':
      return `assemble '${step.name}' (${step.uuid}) of ${step.members.join(' ')}`
    case 'add':
      return `add ${step.device} to '${step.name}'`
    case 'encrypt':
      return `encrypt '${step.target.name}' with the key ${step.target.key}`
    case 'unlock':
      return `unlock '${step.target.name}' with the key ${step.target.key}`
    case 'format':
      return `${step.isFresh ? 'make' : 'take'} the ${step.fs} ${step.fs === 'swap' ? 'space' : 'file system'} ${over(step.target)}${step.isFresh && step.mkfs.length > 0 ? ` with ${step.mkfs.join(' ')}` : ''}`
    case 'finish':
      return `mark ${step.devices.join(' ')} as finished`
    case 'mount':
      return `mount ${over(step.target)} at ${step.at}${optionsText(step.options)}`
    case 'swap':
      return `swap to ${over(step.target)}${optionsText(step.options)}`
    case 'move':
      return `move ${step.from} to ${step.to}`
    case 'directory':
      return `make the directory ${step.path}`
  }
}

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}

/** A plan for people. */
export const planText = (plan: MkdiskPlan): string => {
  const rows = plan.disks.map(({ disk, use }) => [
    disk.number === undefined ? '-' : String(disk.number),
    disk.device,
    sizeText(disk.size),
    disk.type,
    disk.model || '-',
    disk.serial || '-',
    contentText(disk.content),
    use,
  ])
  const head = ['disk', 'device', 'size', 'type', 'model', 'serial', 'holds', 'use']
  const width = String(plan.steps.length).length
  return [
    `mkdisk, ${plan.wipe ? 'wipe: what is on the disks of the profile is destroyed' : 'keep: nothing is formatted that holds anything'}`,
    ...aligned([head, ...rows]),
    ...plan.steps.map((step, index) => `  ${String(index + 1).padStart(width)}. ${stepText(step)}`),
    ...plan.warnings.map((warning) => `  warning: ${warning}`),
    '',
  ].join('\n')
}

/** A plan for programs; `done` tells for each step whether nothing is left to do for it. */
export const planDocument = (plan: MkdiskPlan, done: readonly boolean[]) => ({
  mode: plan.wipe ? 'wipe' : 'keep',
  disks: plan.disks.map(({ disk: { content, ...disk }, use }) => ({ ...disk, holds: contentText(content), use })),
  steps: plan.steps.map((step, index) => ({ number: index + 1, text: stepText(step), done: done[index], ...step })),
  warnings: plan.warnings,
})
