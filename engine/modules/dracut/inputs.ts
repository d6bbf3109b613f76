import type { DracutParameters } from '../../../schema/types.ts'
import { type Command, sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host } from '../module.ts'

export type Inputs = {
  readonly kernel: string
  /** Hex SHA-256 of all that the initramfs is made of. */
  readonly digest: string
}

/** Names and versions of the packages that matter, by whichever package manager there is. */
const versions = (packages: readonly string[] | undefined): Command => {
  const named = packages ?? []
  // of a package that is not installed there is no version, which is a state as any other
  return sh`if command -v dpkg-query >/dev/null; then
  dpkg-query -W -f '\${Package} \${Version} \${Status}\\n' ${named} 2>/dev/null
elif command -v rpm >/dev/null; then
  rpm ${packages === undefined ? ['-qa'] : ['-q', ...named]} --qf '%{NAME} %{VERSION}-%{RELEASE}.%{ARCH}\\n'
fi | sort`
}

/**
 * What an initramfs would be made of now, in one round trip; times do not count, as a copied tree has others. Throws a Failure
 * 'module.dracut' when the host has no dracut, or not that kernel.
 */
export const inputsOf = async (host: Host, params: DracutParameters, words: readonly string[]): Promise<Inputs> => {
  const { kernel = '', inputs = [], packages } = params
  const { code, stdout } = await host.run(sh`export LC_ALL=C
command -v dracut >/dev/null || exit 127
kernel=${kernel}
[ -n "$kernel" ] || kernel=$(ls /lib/modules 2>/dev/null | sort -V | tail -n 1)
printf '%s\\n' "$kernel"
case $kernel in ''|.|..|*/*) exit 3 ;; esac
[ -d "/lib/modules/$kernel" ] || exit 3
{
  printf '%s\\0' "$kernel" ${words}
  find -L /usr/lib/dracut /etc/dracut.conf /etc/dracut.conf.d ${inputs} -type f -exec sha256sum -- {} + 2>/dev/null | sort
  (cd "/lib/modules/$kernel" && find . -type f -printf '%p %s\\n' | sort && sha256sum modules.* 2>/dev/null)
  ${versions(packages)}
} | sha256sum`)
  const [found = '', digest = ''] = stdout.toString().split('\n')
  if (code === 0) return { kernel: found, digest: digest.slice(0, 64) }
  if (code === 127) {
    throw new Failure('module.dracut', 'there is no dracut on the host', {
      at: host.at,
      hint: 'install the package dracut with an earlier task',
    })
  }
  throw new Failure('module.dracut', `/lib/modules has no kernel${found === '' ? '' : ` ${found}`}`, {
    at: host.at,
    hint: 'install a kernel with an earlier task, or name one that is there',
  })
}
