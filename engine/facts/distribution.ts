import { sh } from '../command.ts'
import { dump, parseAssignments, parseDump } from './dump.ts'
import type { Facts, Family } from './family.ts'

/** Which distributions count as which family; a distribution that is not listed is a family of its own. */
const families: Readonly<Record<string, readonly string[]>> = {
  RedHat: [
    ...['RedHat', 'RHEL', 'Fedora', 'CentOS', 'Scientific', 'CloudLinux', 'OracleLinux', 'Amazon', 'Virtuozzo'],
    ...['XenServer', 'Alibaba', 'EulerOS', 'openEuler', 'AlmaLinux', 'Rocky', 'TencentOS', 'EuroLinux', 'MIRACLE'],
  ],
  Debian: [
    ...['Debian', 'Ubuntu', 'Raspbian', 'Neon', 'KDE neon', 'Linux Mint', 'SteamOS', 'Devuan', 'Kali', 'Deepin'],
    ...['Cumulus Linux', 'Pop!_OS', 'Parrot', 'Pardus GNU/Linux', 'Uos'],
  ],
  Suse: ['SLES', 'SLED', 'SLES_SAP', 'openSUSE', 'openSUSE Leap', 'openSUSE Tumbleweed', 'openSUSE MicroOS'],
  Archlinux: ['Archlinux', 'Antergos', 'Manjaro'],
  Gentoo: ['Gentoo', 'Funtoo'],
}

type Source = {
  readonly osRelease: ReadonlyMap<string, string>
  /** The first line of a release file, or ''. */
  readonly release: (name: string) => string
  /** What SUSE's link to its product points to, or ''. */
  readonly product: string
  readonly isArch: boolean
}

type Distribution = {
  readonly name: string
  readonly version: string
  readonly release: string
  readonly variety: string
  readonly path: string
  /** The text in the file by which it is known. */
  readonly searched?: string
  /** The file is empty: that it is there is all that it tells. */
  readonly isUnread?: true
}

const osReleasePath = '/etc/os-release'

/** `Blue Onyx` of `Rocky Linux release 9.4 (Blue Onyx)`. */
const codename = (text: string): string | undefined => /\(([^)]*)\)/.exec(text)?.[1]

const number = (text: string): string | undefined => /\d+(?:\.\d+)*/.exec(text)?.[0]

/** Names of os-release's ID that are written otherwise in facts. */
const redHatNames: Readonly<Record<string, string>> = {
  almalinux: 'AlmaLinux',
  centos: 'CentOS',
  cloudlinux: 'CloudLinux',
  eurolinux: 'EuroLinux',
  fedora: 'Fedora',
  rhel: 'RedHat',
  rocky: 'Rocky',
  scientific: 'Scientific',
  virtuozzo: 'Virtuozzo',
}

const debianNames: Readonly<Record<string, string>> = {
  debian: 'Debian',
  deepin: 'Deepin',
  devuan: 'Devuan',
  kali: 'Kali',
  linuxmint: 'Linux Mint',
  neon: 'KDE neon',
  parrot: 'Parrot',
  pop: 'Pop!_OS',
  raspbian: 'Raspbian',
  ubuntu: 'Ubuntu',
}

const debian = ({ osRelease, release }: Source): Distribution | undefined => {
  const id = osRelease.get('ID') ?? ''
  const name = debianNames[id]
  if (!name) return undefined
  const exact = id === 'debian' ? number(release('debian_version')) : undefined
  return {
    name,
    version: exact ?? osRelease.get('VERSION_ID') ?? release('debian_version'),
    release: osRelease.get('VERSION_CODENAME') ?? codename(osRelease.get('VERSION') ?? '') ?? 'NA',
    variety: 'Debian',
    path: osReleasePath,
  }
}

const redHat = ({ osRelease, release }: Source): Distribution | undefined => {
  const id = osRelease.get('ID') ?? ''
  const oracle = release('oracle-release')
  const text = oracle || release('redhat-release') || osRelease.get('PRETTY_NAME') || ''
  const name = oracle || id === 'ol' ? 'OracleLinux' : redHatNames[id]
  if (!name) return undefined
  const exact = number(text) ?? osRelease.get('VERSION_ID') ?? 'NA'
  // The rest of what CentOS calls its version is a date.
  const version = name === 'CentOS' ? exact.split('.').slice(0, 2).join('.') : exact
  const found = { name, version, release: codename(text) ?? (name === 'Fedora' ? '' : 'NA') }
  if (oracle) return { ...found, variety: 'OracleLinux', path: '/etc/oracle-release', searched: 'Oracle Linux' }
  if (release('centos-release').includes('CentOS Stream')) {
    return { ...found, release: 'Stream', variety: 'CentOS', path: '/etc/centos-release' }
  }
  const path = '/etc/redhat-release'
  return { ...found, variety: 'RedHat', path, ...(name === 'RedHat' ? { searched: 'Red Hat' } : {}) }
}

const suseNames: Readonly<Record<string, string>> = {
  sles: 'SLES',
  sled: 'SLED',
  sles_sap: 'SLES_SAP',
  'opensuse-leap': 'openSUSE Leap',
  'opensuse-tumbleweed': 'openSUSE Tumbleweed',
  'opensuse-microos': 'openSUSE MicroOS',
}

/** A link to the product that the system was installed as. */
const baseProduct = '/etc/products.d/baseproduct'

const suse = ({ osRelease, product }: Source): Distribution | undefined => {
  const id = osRelease.get('ID') ?? ''
  const name = suseNames[product.endsWith('SLES_SAP.prod') ? 'sles_sap' : id]
  const version = osRelease.get('VERSION_ID') ?? ''
  if (!name) return undefined
  const release = version.split('.')[1] ?? (id.startsWith('opensuse') ? '' : '0')
  return { name, version, release, variety: 'SUSE', path: osReleasePath }
}

const others: Readonly<Record<string, string>> = {
  amzn: 'Amazon',
  arch: 'Archlinux',
  gentoo: 'Gentoo',
  manjaro: 'Manjaro',
  openEuler: 'openEuler',
}

const other = ({ osRelease, release, isArch }: Source): Distribution | undefined => {
  const id = osRelease.get('ID') ?? ''
  if (isArch) {
    const known = { name: 'Archlinux', version: 'NA', release: 'NA', variety: 'Archlinux' }
    return { ...known, path: '/etc/arch-release', isUnread: true }
  }
  if (id === 'alpine') {
    const version = release('alpine-release') || osRelease.get('VERSION_ID') || 'NA'
    return { name: 'Alpine', version, release: 'NA', variety: 'Alpine', path: '/etc/alpine-release' }
  }
  const name = others[id] ?? osRelease.get('NAME')
  if (!name) return undefined
  return {
    name,
    version: osRelease.get('VERSION_ID') ?? 'NA',
    release: osRelease.get('VERSION_CODENAME') ?? codename(osRelease.get('VERSION') ?? '') ?? 'NA',
    variety: name.split(' ')[0] ?? name,
    path: osReleasePath,
  }
}

const parse = (output: string): Facts => {
  const files = parseDump(output)
  const source: Source = {
    osRelease: parseAssignments(files.get(osReleasePath) ?? files.get('/usr/lib/os-release') ?? ''),
    release: (name) => files.get(`/etc/${name}`)?.split('\n')[0]?.trim() ?? '',
    product: files.get(baseProduct) ?? '',
    isArch: files.has('/etc/arch-release'),
  }
  const found = debian(source) ?? redHat(source) ?? suse(source) ?? other(source)
  if (!found) return { distribution: 'NA', distribution_version: 'NA', distribution_release: 'NA', os_family: 'NA' }
  const [major = 'NA', minor = found.name === 'Amazon' ? 'NA' : undefined] = found.version.split('.')
  return {
    distribution: found.name,
    distribution_version: found.version,
    distribution_major_version: major,
    ...(minor !== undefined ? { distribution_minor_version: minor } : {}),
    distribution_release: found.release,
    distribution_file_variety: found.variety,
    distribution_file_path: found.path,
    ...(found.searched !== undefined ? { distribution_file_search_string: found.searched } : {}),
    ...(found.isUnread ? {} : { distribution_file_parsed: true }),
    os_family: Object.entries(families).find(([, names]) => names.includes(found.name))?.[0] ?? found.name,
  }
}

/** Which operating system this is, in Ansible's names. */
export const distribution: Family = {
  name: 'distribution',
  facts: [
    'distribution',
    'distribution_version',
    'distribution_major_version',
    'distribution_minor_version',
    'distribution_release',
    'distribution_file_variety',
    'distribution_file_path',
    'distribution_file_parsed',
    'distribution_file_search_string',
    'os_family',
  ],
  command: sh`${dump(
    '/etc/os-release',
    '/usr/lib/os-release',
    '/etc/debian_version',
    '/etc/redhat-release',
    '/etc/centos-release',
    '/etc/oracle-release',
    '/etc/alpine-release',
  )}
[ ! -e /etc/arch-release ] || echo /etc/arch-release:
[ ! -L ${baseProduct} ] || echo "${baseProduct}:$(readlink ${baseProduct})"`,
  parse,
}
