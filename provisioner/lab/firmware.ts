import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'

/** Where distributions put OVMF, UEFI for QEMU: the firmware, and the variables that it begins with. */
const places = [
  ['/usr/share/OVMF', 'OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'],
  ['/usr/share/OVMF', 'OVMF_CODE.fd', 'OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf', 'OVMF_CODE.fd', 'OVMF_VARS.fd'],
  ['/usr/share/edk2/x64', 'OVMF_CODE.4m.fd', 'OVMF_VARS.4m.fd'],
] as const

export type Firmware = { readonly code: string; readonly variables: string }

/** The UEFI of this machine's distribution. Throws a Failure 'lab.firmware' when there is none. */
export const firmwareOf = (): Firmware => {
  for (const [directory, code, variables] of places) {
    const found = { code: join(directory, code), variables: join(directory, variables) }
    if (existsSync(found.code) && existsSync(found.variables)) return found
  }
  throw new Failure(
    'lab.firmware',
    `no UEFI for lab nodes is in ${[...new Set(places.map(([each]) => each))].join(', ')}`,
    {
      hint: "install the package 'ovmf' (Debian) or 'edk2-ovmf' (Red Hat)",
    },
  )
}
