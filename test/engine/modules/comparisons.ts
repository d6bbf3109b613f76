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
  'ansible.builtin': ['apt_repository', 'hostname', 'service', 'service_facts', 'systemd', 'sysvinit'],
  'ansible.posix': ['acl', 'at', 'authorized_key', 'mount', 'sysctl'],
  'community.general': ['alternatives', 'capabilities', 'locale_gen', 'timezone'],
}
