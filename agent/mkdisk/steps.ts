import type { ArrayLevel, FileSystem } from './settings.ts'

/** How the block device of a volume is found: the array over the first member, or the member itself; then the LUKS mapping. */
export type Target = {
  readonly name: string
  readonly members: readonly string[]
  readonly isArray: boolean
  readonly key?: string
}

/** A partition to make. `size` in bytes, undefined for what is left. */
export type NewPartition = { readonly name: string; readonly size?: number; readonly isMember: boolean }

type Of<K extends string, T = unknown> = { readonly kind: K } & T

/**
 * One thing to do. `volumes` names those that it is for: when none of them is required and a step fails, their further steps are
 * left out and the others go on.
 */
export type Step = (
  | Of<'close', { readonly mapping: string }>
  | Of<'stop', { readonly array: string }>
  /** Destroys what is there and marks the disk as begun. */
  | Of<'clear', { readonly disks: readonly Claim[] }>
  /** Marks what is blank as begun. */
  | Of<'claim', { readonly disks: readonly Claim[] }>
  | Of<'partition', { readonly device: string; readonly partitions: readonly NewPartition[] }>
  | Of<
      'create',
      {
        readonly name: string
        readonly level: ArrayLevel
        readonly members: readonly string[]
        readonly spares: readonly string[]
      }
    >
  | Of<
      'assemble',
      { readonly name: string; readonly uuid: string; readonly members: readonly string[]; readonly devices: number }
    >
  | Of<'add', { readonly name: string; readonly members: readonly string[]; readonly device: string }>
  | Of<'encrypt', { readonly target: Target }>
  | Of<'unlock', { readonly target: Target }>
  /** `isFresh`: format whatever is there; otherwise only what is blank, and what is ours is taken. */
  | Of<
      'format',
      { readonly target: Target; readonly fs: FileSystem; readonly mkfs: readonly string[]; readonly isFresh: boolean }
    >
  /** Takes the marks away: from here on what is there is kept. */
  | Of<'finish', { readonly devices: readonly string[] }>
  | Of<
      'mount',
      { readonly target: Target; readonly fs: FileSystem; readonly at: string; readonly options: readonly string[] }
    >
  | Of<'swap', { readonly target: Target; readonly options: readonly string[] }>
  | Of<'move', { readonly from: string; readonly to: string }>
  | Of<'directory', { readonly path: string }>
) & { readonly volumes?: readonly string[] }

/** `holds`: what is there, for people. `name`: what the disk will be part of, as its mark says. */
export type Claim = {
  readonly device: string
  readonly mark: 'member' | 'table'
  readonly name: string
  readonly holds: string
}

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>
