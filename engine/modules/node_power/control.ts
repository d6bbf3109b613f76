import type { NodePowerParameters } from '../../../schema/types.ts'

export type Power = 'on' | 'off'

export type BootDevice = NonNullable<NodePowerParameters['boot_device']>

/** What the next start boots from. */
export type Boot = { readonly device: BootDevice; readonly uefi: boolean; readonly persistent: boolean }

export type Action = NonNullable<NodePowerParameters['state']>

/** What a controller can be asked and told, by whichever protocol. Everything throws a Failure 'module.power' with what it said. */
export type Control = {
  power(): Promise<Power>
  hasBoot(boot: Boot): Promise<boolean>
  setBoot(boot: Boot): Promise<void>
  act(action: Action): Promise<void>
  /** Waits until the power is so. */
  wait(power: Power, seconds: number): Promise<void>
}
