/**
 * What a build tree holds that is no part of an image, as shell patterns relative to the tree (`*` stays within one
 * name): what the running system mounts, package manager caches, keys that every node has its own of, and the
 * initramfs, which nodes load from the provisioner and would only carry in memory.
 */
export const excluded: readonly string[] = [
  'proc/*',
  'sys/*',
  'dev/*',
  'run/*',
  'tmp/*',
  'tmp/.*',
  'var/tmp/*',
  'var/cache/apt/*.bin',
  'var/cache/apt/archives/*.deb',
  'var/cache/apt/archives/partial/*',
  'var/lib/apt/lists/*',
  'var/cache/dnf/*',
  'var/cache/yum/*',
  'etc/ssh/ssh_host_*',
  'boot/initrd*',
  'boot/initramfs*',
]

const toExpression = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`)

const expressions = excluded.map(toExpression)

/** Whether a path relative to the tree is left out; what stands below it is left out with it. */
export const isExcluded = (path: string): boolean => expressions.some((expression) => expression.test(path))
