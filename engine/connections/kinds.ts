/** Ansible's names for what is one kind of connection here. */
const names: Readonly<Record<string, string>> = { smart: 'ssh', paramiko: 'ssh', paramiko_ssh: 'ssh' }

/** The kind of connection that `ansible_connection` or `-c` names: `ssh` for `smart` and `ansible.builtin.ssh`. */
export const connectionKind = (name: string): string => {
  const short = name.replace(/^ansible\.(builtin|legacy)\./, '')
  return names[short] ?? short
}
