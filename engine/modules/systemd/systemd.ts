import type { SystemdParameters } from '../../../schema/types.ts'
import { Failure } from '../../failure.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { controlUnit } from './control.ts'
import schema from './systemd.schema.json' with { type: 'json' }
import { type Scope, systemctl } from './unit.ts'

/** Has systemd read its files again. That alone is no change, as in Ansible; without a running systemd there is nothing to do. */
export const reload = async (host: Host, scope: Scope, isImage: boolean, verb = 'daemon-reload'): Promise<void> => {
  if (host.check || isImage || scope === 'global') return
  if (await host.stat('/run/systemd/system')) await runOrFail(host, systemctl(scope, false, [verb]))
}

export const systemd = module<SystemdParameters>('systemd', schema as ModuleSchema, async function* (host, params) {
  const { name, state, enabled, masked, scope, force, no_block } = params
  const isImage = (await host.fact('is_chroot')) === true
  if (params.daemon_reexec) await reload(host, scope, isImage, 'daemon-reexec')
  if (params.daemon_reload) await reload(host, scope, isImage)
  if (name !== undefined) {
    return yield* controlUnit(host, { name, scope, isImage, state, enabled, masked, force, noBlock: no_block })
  }
  if (state === undefined && enabled === undefined && masked === undefined) return { name: null, status: {} }
  throw new Failure('module.parameter', "systemd needs 'name' to know whose state, enabled or masked is meant", {
    at: host.at,
  })
})
