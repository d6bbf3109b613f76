import * as assert from 'uvu/assert'
import { distribution } from '../../../engine/facts/distribution.ts'
import { suite } from '../../suite.ts'

const tests = suite('facts/distribution')

type Files = Readonly<Record<string, string>>

/** What `dump` prints of files. */
const printed = (files: Files): string =>
  Object.entries(files)
    .flatMap(([path, content]) => content.split('\n').map((line) => `${path}:${line}\n`))
    .join('')

/** The files of real systems, shortened to what counts; the facts are Ansible's for them. */
const systems: [name: string, files: Files, facts: Record<string, unknown>][] = [
  [
    'Debian 12',
    {
      '/etc/os-release':
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian',
      '/etc/debian_version': '12.11',
    },
    {
      distribution: 'Debian',
      distribution_version: '12.11',
      distribution_major_version: '12',
      distribution_minor_version: '11',
      distribution_release: 'bookworm',
      distribution_file_variety: 'Debian',
      os_family: 'Debian',
    },
  ],
  [
    'Ubuntu 24.04',
    {
      '/etc/os-release':
        'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian',
      '/etc/debian_version': 'trixie/sid',
    },
    {
      distribution: 'Ubuntu',
      distribution_version: '24.04',
      distribution_major_version: '24',
      distribution_release: 'noble',
      os_family: 'Debian',
    },
  ],
  [
    'Rocky Linux 8.10',
    {
      '/etc/os-release':
        'NAME="Rocky Linux"\nVERSION="8.10 (Green Obsidian)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"',
      '/etc/redhat-release': 'Rocky Linux release 8.10 (Green Obsidian)',
    },
    {
      distribution: 'Rocky',
      distribution_version: '8.10',
      distribution_major_version: '8',
      distribution_release: 'Green Obsidian',
      distribution_file_variety: 'RedHat',
      distribution_file_path: '/etc/redhat-release',
      os_family: 'RedHat',
    },
  ],
  [
    'AlmaLinux 9.4',
    {
      '/etc/os-release': 'NAME="AlmaLinux"\nVERSION="9.4 (Seafoam Ocelot)"\nID="almalinux"\nVERSION_ID="9.4"',
      '/etc/redhat-release': 'AlmaLinux release 9.4 (Seafoam Ocelot)',
    },
    {
      distribution: 'AlmaLinux',
      distribution_version: '9.4',
      distribution_release: 'Seafoam Ocelot',
      os_family: 'RedHat',
    },
  ],
  [
    'Red Hat Enterprise Linux 9.4',
    {
      '/etc/os-release': 'NAME="Red Hat Enterprise Linux"\nVERSION="9.4 (Plow)"\nID="rhel"\nVERSION_ID="9.4"',
      '/etc/redhat-release': 'Red Hat Enterprise Linux release 9.4 (Plow)',
    },
    { distribution: 'RedHat', distribution_major_version: '9', distribution_release: 'Plow', os_family: 'RedHat' },
  ],
  [
    'CentOS Stream 9',
    {
      '/etc/os-release': 'NAME="CentOS Stream"\nVERSION="9"\nID="centos"\nVERSION_ID="9"',
      '/etc/centos-release': 'CentOS Stream release 9',
      '/etc/redhat-release': 'CentOS Stream release 9',
    },
    {
      distribution: 'CentOS',
      distribution_version: '9',
      distribution_release: 'Stream',
      distribution_file_variety: 'CentOS',
      distribution_file_path: '/etc/centos-release',
      os_family: 'RedHat',
    },
  ],
  [
    'CentOS 7',
    {
      '/etc/os-release': 'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\nVERSION_ID="7"',
      '/etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)',
    },
    {
      distribution: 'CentOS',
      distribution_version: '7.9',
      distribution_major_version: '7',
      distribution_release: 'Core',
    },
  ],
  [
    'Oracle Linux 8.9',
    {
      '/etc/os-release': 'NAME="Oracle Linux Server"\nID="ol"\nVERSION_ID="8.9"',
      '/etc/oracle-release': 'Oracle Linux Server release 8.9',
      '/etc/redhat-release': 'Red Hat Enterprise Linux release 8.9 (Ootpa)',
    },
    {
      distribution: 'OracleLinux',
      distribution_version: '8.9',
      distribution_file_variety: 'OracleLinux',
      os_family: 'RedHat',
    },
  ],
  [
    'openSUSE Leap 15.5',
    {
      '/etc/os-release':
        'NAME="openSUSE Leap"\nVERSION="15.5"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.5"',
    },
    { distribution: 'openSUSE Leap', distribution_version: '15.5', distribution_release: '5', os_family: 'Suse' },
  ],
  [
    'SLES 15.4',
    { '/etc/os-release': 'NAME="SLES"\nVERSION="15-SP4"\nVERSION_ID="15.4"\nID="sles"' },
    { distribution: 'SLES', distribution_version: '15.4', distribution_release: '4', os_family: 'Suse' },
  ],
  [
    'Arch Linux',
    { '/etc/os-release': 'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling' },
    { distribution: 'Archlinux', distribution_version: 'NA', os_family: 'Archlinux' },
  ],
  [
    'Alpine 3.19.1',
    { '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1', '/etc/alpine-release': '3.19.1' },
    { distribution: 'Alpine', distribution_version: '3.19.1', distribution_major_version: '3', os_family: 'Alpine' },
  ],
  [
    'a system that nobody knows',
    { '/etc/os-release': "NAME='Strange OS'\nID=strange\nVERSION_ID=2.0" },
    { distribution: 'Strange OS', distribution_version: '2.0', os_family: 'Strange OS' },
  ],
  ['nothing at all', {}, { distribution: 'NA', os_family: 'NA' }],
]

for (const [name, files, expected] of systems) {
  tests(name, () => {
    const facts = distribution.parse(printed(files))
    for (const [fact, value] of Object.entries(expected)) assert.is(facts[fact], value, fact)
    for (const fact of Object.keys(facts)) assert.ok(distribution.facts.includes(fact), fact)
  })
}

tests.run()
