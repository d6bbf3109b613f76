import type { ServiceParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { type Host, type ModuleSchema, module } from '../module.ts'
import { controlUnit } from '../systemd/control.ts'
import { reload } from '../systemd/systemd.ts'
import { controlScript } from './initscript.ts'
import schema from './service.schema.json' with { type: 'json' }

/** Whether systemd controls a service: where it runs, in an image that has it, or where there is no script instead. */
const isSystemd = async (host: Host, { name, use }: ServiceParameters, isImage: boolean): Promise<boolean> => {
  if (use !== 'auto') return use === 'systemd'
  const output = await host.run(
    sh`command -v systemctl >/dev/null 2>&1 && { ${isImage ? sh`true` : sh`[ -d /run/systemd/system ]`} || [ ! -x /etc/init.d/${name} ]; }`,
  )
  return output.code === 0
}

export const service = module<ServiceParameters>('service', schema as ModuleSchema, async function* (host, params) {
  const { name, state, enabled, masked } = params
  const isImage = (await host.fact('is_chroot')) === true
  if (!(await isSystemd(host, params, isImage))) return yield* controlScript(host, params, isImage)
  if (params.daemon_reload) await reload(host, 'system', isImage)
  return yield* controlUnit(host, { name, scope: 'system', isImage, state, enabled, masked })
})
