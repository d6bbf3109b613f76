import type { HostnameParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './hostname.schema.json' with { type: 'json' }

const path = '/etc/hostname'

/** Refuses what no kernel takes: labels of letters, digits and inner hyphens, 64 characters at most. */
const checkName = (host: Host, name: string): void => {
  if (
    name.length > 64 ||
    !/^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)*$/.test(name)
  ) {
    throw new Failure('module.parameter', `'${name}' cannot be a host name`, {
      at: host.at,
      hint: 'use labels of letters, digits and hyphens with dots between them, 64 characters at most',
    })
  }
}

export const hostname = module<HostnameParameters>(
  'hostname',
  schema as ModuleSchema,
  async function* (host, { name }) {
    checkName(host, name)
    const output = await host.run(sh`uname -n; cat ${path} 2>/dev/null`)
    const [running = '', ...permanent] = output.stdout.toString().split('\n')
    const before = output.code === 0 ? permanent.join('\n') : undefined
    const isImage = (await host.fact('is_chroot')) === true

    if (before?.trim() !== name) {
      const options = before === undefined ? { mode: 0o644 } : {}
      yield* rewriteFile(host, { path, before, after: `${name}\n`, options })
    }
    // The running name belongs to the machine, not to an image that is being built on it.
    if (running !== name && !isImage) {
      yield* change({
        what: `set the running host name to ${name}`,
        diff: { before: `${running}\n`, after: `${name}\n`, beforeHeader: 'hostname', afterHeader: 'hostname' },
        apply: () => runOrFail(host, sh`printf %s ${name} >/proc/sys/kernel/hostname`),
      })
    }
    const [short, ...domain] = name.split('.')
    return {
      name,
      ansible_facts: {
        ansible_hostname: short,
        ansible_nodename: name,
        ansible_fqdn: name,
        ansible_domain: domain.join('.'),
      },
    }
  },
)
