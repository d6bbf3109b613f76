/**
 * Where each module is compared with Ansible: the cases of `MODULE.json` go through the module of Debian's ansible-core or
 * collections, too, and what it changes, leaves behind and returns is what ours has to. A case's `differs` says why it
 * does otherwise there.
 */
export type Modules = Readonly<Record<string, readonly string[]>>

/** By files in a directory. */
export const ofCore: Modules = {
  'ansible.builtin': [
    ...[
      'assemble',
      'blockinfile',
      'command',
      'copy',
      'fetch',
      'file',
      'find',
      'get_url',
      'getent',
      'git',
      'known_hosts',
    ],
    ...['lineinfile', 'package_facts', 'replace', 'script', 'shell', 'slurp', 'stat', 'tempfile', 'template'],
    ...['unarchive', 'uri', 'yum_repository'],
  ],
}

export const ofCollections: Modules = {
  'ansible.posix': ['synchronize'],
  'community.crypto': ['openssl_csr', 'openssl_dhparam', 'openssl_privatekey', 'openssl_publickey', 'x509_certificate'],
  'community.general': ['archive', 'filesystem', 'htpasswd', 'ini_file', 'npm', 'pam_limits', 'parted', 'xml'],
}

/** By scratch roots. */
export const ofSystem: Modules = {
  'ansible.builtin': [
    ...[
      'apt',
      'apt_key',
      'apt_repository',
      'cron',
      'debconf',
      'dnf',
      'dpkg_selections',
      'group',
      'hostname',
      'iptables',
    ],
    ...['package', 'pip', 'rpm_key', 'service', 'service_facts', 'systemd', 'sysvinit', 'user'],
  ],
  'ansible.posix': ['acl', 'at', 'authorized_key', 'firewalld', 'mount', 'sysctl'],
  'community.general': ['alternatives', 'capabilities', 'locale_gen', 'nmcli', 'timezone'],
}

/** By a playbook in a guest, which has a kernel of its own. */
export const ofGuest: Modules = {
  'ansible.builtin': ['reboot'],
  'ansible.posix': ['seboolean', 'selinux'],
  'community.general': ['lvg', 'lvol', 'modprobe', 'sefcontext'],
}

/** By plays, in `test/conformance/cases`: what they do, they do to the run. */
export const ofPlays: readonly string[] = [
  ...['add_host', 'assert', 'async_status', 'debug', 'fail', 'group_by', 'include_vars', 'pause', 'ping', 'raw'],
  ...['set_fact', 'setup', 'validate_argument_spec', 'wait_for', 'wait_for_connection'],
]

/** Modules that are not compared, and why. */
export const notCompared: Readonly<Record<string, string>> = {
  deb822_repository: "ansible-core has it since 2.15; Debian's is 2.14 (the cases were compared with 2.18 by hand)",
  dracut: 'it is our own',
  image: 'it is our own',
  json_patch: 'no collection of Debian has it',
  mdadm: 'no collection of Debian has it',
  mkdisk: 'it is our own',
  mount_facts: 'ansible-core has it since 2.18 (compared with that by hand)',
  nftables: 'no collection of Debian has it',
  node_power: 'it is our own',
  node_wait: 'it is our own',
  overlay: 'it is our own',
  swap: 'no collection of Debian has it',
}
