import { isModule } from './registry.ts'

/** ansible-core's own modules: a playbook that names one is well written, whether we have the module or not. */
const builtin: ReadonlySet<string> = new Set(
  `add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository
  debconf debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by
  hostname include_vars iptables known_hosts lineinfile mount_facts package package_facts pause ping pip raw reboot
  replace rpm_key script service service_facts set_fact set_stats setup shell slurp stat subversion systemd
  systemd_service sysvinit tempfile template unarchive uri user validate_argument_spec wait_for wait_for_connection yum
  yum_repository`.split(/\s+/),
)

/** Whether a name is one of ansible-core's modules that we do not have. */
export const isForeignModule = (name: string): boolean => builtin.has(name) && !isModule(name)
