import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../engine/failure.ts'
import type { Log } from '../../engine/log.ts'

export type Probe = { readonly works: true; readonly ms: number } | { readonly works: false; readonly reason: string }

/** A boot sector that writes 0x2a to the port at which QEMU's isa-debug-exit listens, and halts. */
const bootSector = (): Buffer => {
  const sector = Buffer.alloc(512)
  // mov al, 0x2a; out 0xf4, al; hlt; jmp to the hlt
  sector.set([0xb0, 0x2a, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd])
  sector.set([0x55, 0xaa], 510)
  return sector
}

/** isa-debug-exit ends QEMU with twice the value, plus one. */
const success = 0x2a * 2 + 1

/** Boots a guest of one instruction under an accelerator. A QEMU that hangs is killed, and left behind if it cannot be. */
export const probe = async (acceleration: 'tcg' | 'kvm', timeout: number): Promise<Probe> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-probe-'))
  try {
    const disk = join(directory, 'probe.img')
    writeFileSync(disk, bootSector())
    const start = Date.now()
    const { promise, resolve } = Promise.withResolvers<Probe>()
    const guest = spawn(
      'qemu-system-x86_64',
      [
        ...['-machine', 'pc,graphics=off', '-accel', acceleration, '-m', '32'],
        ...['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot'],
        ...['-drive', `file=${disk.replaceAll(',', ',,')},format=raw,if=ide`],
        ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    guest.stderr.on('data', (chunk) => {
      said += chunk
    })
    const late: Probe = { works: false, reason: `the probe guest hung for ${timeout} ms` }
    const timer = setTimeout(() => {
      guest.kill('SIGKILL')
      guest.unref()
      guest.stderr.destroy()
      resolve(late)
    }, timeout)
    guest.on('error', (cause) => resolve({ works: false, reason: cause.message }))
    guest.on('close', (code) => {
      const ms = Date.now() - start
      if (code === success) resolve(ms <= timeout ? { works: true, ms } : late)
      else resolve({ works: false, reason: said.trim() || `QEMU ended with ${code}` })
    })
    const result = await promise
    clearTimeout(timer)
    return result
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Whether KVM runs a guest on this machine: /dev/kvm may be there and hang. Takes up to 20 s. */
export const probeKvm = (): Promise<Probe> => probe('kvm', 20_000)

/** The acceleration that a user asked for; only `auto` and `kvm` try KVM out. Throws a Failure when `kvm` does not work. */
export const chooseAcceleration = async (wish: 'auto' | 'kvm' | 'tcg', log: Log): Promise<'kvm' | 'tcg'> => {
  if (wish === 'tcg') return 'tcg'
  const result = await log.step('booting a probe guest under KVM', probeKvm)
  if (result.works) return 'kvm'
  if (wish === 'kvm')
    throw new Failure('lab.kvm', `KVM does not work on this machine: ${result.reason}`, { hint: 'use --accel tcg' })
  log.info(`KVM does not work (${result.reason}): the lab's nodes are emulated`)
  return 'tcg'
}
