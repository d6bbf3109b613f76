/** What tells a system apart: the files that it has of those that facts look at. A path that ends in `@` is a link. */
export type System = {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** The programs of its package managers. */
  readonly programs: readonly string[]
}

const apt = ['/usr/bin/apt-get']
const dnf = ['/usr/bin/dnf', '/usr/bin/yum']

/** os-release(5); lines that no fact reads are left out. */
const osRelease = (lines: string): Readonly<Record<string, string>> => ({ '/etc/os-release': `${lines.trim()}\n` })

const ubuntu = (version: string, full: string, name: string, base: string): System => ({
  name: `Ubuntu ${version}`,
  programs: apt,
  files: {
    ...osRelease(`
PRETTY_NAME="Ubuntu ${full} LTS"
NAME="Ubuntu"
VERSION_ID="${version}"
VERSION="${full} LTS (${name})"
VERSION_CODENAME=${name.toLowerCase().split(' ')[0]}
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
UBUNTU_CODENAME=${name.toLowerCase().split(' ')[0]}`),
    '/etc/debian_version': `${base}/sid\n`,
    '/etc/lsb-release': `DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=${version}\nDISTRIB_CODENAME=${name.toLowerCase().split(' ')[0]}\nDISTRIB_DESCRIPTION="Ubuntu ${full} LTS"\n`,
  },
})

const debian = (version: string, exact: string, codename: string): System => ({
  name: `Debian ${version}`,
  programs: apt,
  files: {
    ...osRelease(`
PRETTY_NAME="Debian GNU/Linux ${version} (${codename})"
NAME="Debian GNU/Linux"
VERSION_ID="${version}"
VERSION="${version} (${codename})"
VERSION_CODENAME=${codename}
ID=debian
HOME_URL="https://www.debian.org/"`),
    '/etc/debian_version': `${exact}\n`,
  },
})

/** One of Red Hat's kind: its own release file, and links to it. */
const enterprise = (
  name: string,
  id: string,
  like: string,
  file: string,
  release: string,
  programs: readonly string[] = dnf,
): System => {
  const [, version = '', codename] = /release (\S+)(?: \((.*)\))?/.exec(release) ?? []
  return {
    name: release,
    programs,
    files: {
      ...osRelease(`
NAME="${name}"
VERSION="${version}${codename ? ` (${codename})` : ''}"
ID="${id}"
ID_LIKE="${like}"
VERSION_ID="${version}"
PLATFORM_ID="platform:el${version.split('.')[0]}"
PRETTY_NAME="${name} ${version}${codename ? ` (${codename})` : ''}"`),
      [`/etc/${file}`]: `${release}\n`,
      ...(file === 'redhat-release' ? {} : { '/etc/redhat-release@': file }),
      '/etc/system-release@': file,
    },
  }
}

const suse = (name: string, id: string, like: string, version: string, long: string): System => ({
  name: `${name} ${version}`,
  programs: ['/usr/bin/zypper'],
  files: osRelease(`
NAME="${name}"
VERSION="${long}"
VERSION_ID="${version}"
PRETTY_NAME="${like.includes('opensuse') ? `${name} ${version}` : `SUSE Linux Enterprise Server ${long.replace('-', ' ')}`}"
ID="${id}"
ID_LIKE="${like}"
ANSI_COLOR="0;32"
CPE_NAME="cpe:/o:${like.includes('opensuse') ? 'opensuse' : 'suse'}:${id}:${version}"`),
})

/** The same system, installed as SUSE's product for SAP. */
const forSap = ({ name, files, programs }: System): System => ({
  name: `${name} for SAP`,
  programs,
  files: { ...files, '/etc/products.d/SLES_SAP.prod': '', '/etc/products.d/baseproduct@': 'SLES_SAP.prod' },
})

/** Systems with the files of their release packages. */
export const systems: readonly System[] = [
  debian('12', '12.11', 'bookworm'),
  debian('11', '11.9', 'bullseye'),
  ubuntu('22.04', '22.04.4', 'Jammy Jellyfish', 'bookworm'),
  ubuntu('24.04', '24.04.1', 'Noble Numbat', 'trixie'),
  enterprise(
    'Rocky Linux',
    'rocky',
    'rhel centos fedora',
    'rocky-release',
    'Rocky Linux release 8.10 (Green Obsidian)',
  ),
  enterprise('Rocky Linux', 'rocky', 'rhel centos fedora', 'rocky-release', 'Rocky Linux release 9.4 (Blue Onyx)'),
  enterprise(
    'AlmaLinux',
    'almalinux',
    'rhel centos fedora',
    'almalinux-release',
    'AlmaLinux release 9.4 (Seafoam Ocelot)',
  ),
  enterprise(
    'Red Hat Enterprise Linux',
    'rhel',
    'fedora',
    'redhat-release',
    'Red Hat Enterprise Linux release 9.4 (Plow)',
  ),
  enterprise('CentOS Stream', 'centos', 'rhel fedora', 'centos-release', 'CentOS Stream release 9'),
  enterprise('CentOS Linux', 'centos', 'rhel fedora', 'centos-release', 'CentOS Linux release 7.9.2009 (Core)', [
    '/usr/bin/yum',
  ]),
  enterprise('Fedora Linux', 'fedora', '', 'fedora-release', 'Fedora release 40 (Forty)'),
  {
    name: 'Oracle Linux 8.9',
    programs: dnf,
    files: {
      ...osRelease(
        'NAME="Oracle Linux Server"\nVERSION="8.9"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.9"\nPRETTY_NAME="Oracle Linux Server 8.9"',
      ),
      '/etc/oracle-release': 'Oracle Linux Server release 8.9\n',
      '/etc/redhat-release': 'Red Hat Enterprise Linux release 8.9 (Ootpa)\n',
      '/etc/system-release@': 'oracle-release',
    },
  },
  {
    name: 'Amazon Linux 2023',
    programs: dnf,
    files: {
      ...osRelease(
        'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPRETTY_NAME="Amazon Linux 2023"',
      ),
      '/etc/system-release': 'Amazon Linux release 2023 (Amazon Linux)\n',
    },
  },
  suse('openSUSE Leap', 'opensuse-leap', 'suse opensuse', '15.6', '15.6'),
  suse('openSUSE Tumbleweed', 'opensuse-tumbleweed', 'opensuse suse', '20240506', '20240506'),
  suse('SLES', 'sles', 'suse', '15.5', '15-SP5'),
  suse('SLES', 'sles', 'suse', '15', '15'),
  forSap(suse('SLES', 'sles', 'suse', '15.4', '15-SP4')),
  {
    name: 'Alpine 3.19.1',
    programs: ['/sbin/apk'],
    files: {
      ...osRelease('NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"'),
      '/etc/alpine-release': '3.19.1\n',
    },
  },
  {
    name: 'Arch Linux',
    programs: ['/usr/bin/pacman'],
    files: {
      ...osRelease('NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling'),
      '/etc/arch-release': '',
    },
  },
]
