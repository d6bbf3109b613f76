import { Failure, type Position } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { acl } from './acl/acl.ts'
import { add_host } from './add_host/add_host.ts'
import { alternatives } from './alternatives/alternatives.ts'
import { apt } from './apt/apt.ts'
import { apt_key } from './apt_key/apt_key.ts'
import { apt_repository } from './apt_repository/apt_repository.ts'
import { archive } from './archive/archive.ts'
import { assemble } from './assemble/assemble.ts'
import { assert } from './assert/assert.ts'
import { async_status } from './async_status/async_status.ts'
import { at } from './at/at.ts'
import { authorized_key } from './authorized_key/authorized_key.ts'
import { blockinfile } from './blockinfile/blockinfile.ts'
import { capabilities } from './capabilities/capabilities.ts'
import { command } from './command/command.ts'
import { copy } from './copy/copy.ts'
import { cron } from './cron/cron.ts'
import { deb822_repository } from './deb822_repository/deb822_repository.ts'
import { debconf } from './debconf/debconf.ts'
import { debug } from './debug/debug.ts'
import { dnf } from './dnf/dnf.ts'
import { dpkg_selections } from './dpkg_selections/dpkg_selections.ts'
import { dracut } from './dracut/dracut.ts'
import { fail } from './fail/fail.ts'
import { fetch } from './fetch/fetch.ts'
import { file } from './file/file.ts'
import { filesystem } from './filesystem/filesystem.ts'
import { find } from './find/find.ts'
import { firewalld } from './firewalld/firewalld.ts'
import { get_url } from './get_url/get_url.ts'
import { getent } from './getent/getent.ts'
import { git } from './git/git.ts'
import { group } from './group/group.ts'
import { group_by } from './group_by/group_by.ts'
import { hostname } from './hostname/hostname.ts'
import { htpasswd } from './htpasswd/htpasswd.ts'
import { image } from './image/image.ts'
import { include_vars } from './include_vars/include_vars.ts'
import { ini_file } from './ini_file/ini_file.ts'
import { iptables } from './iptables/iptables.ts'
import { json_patch } from './json_patch/json_patch.ts'
import { known_hosts } from './known_hosts/known_hosts.ts'
import { lineinfile } from './lineinfile/lineinfile.ts'
import { locale_gen } from './locale_gen/locale_gen.ts'
import { lvg } from './lvg/lvg.ts'
import { lvol } from './lvol/lvol.ts'
import { mdadm } from './mdadm/mdadm.ts'
import { mkdisk } from './mkdisk/mkdisk.ts'
import { modprobe } from './modprobe/modprobe.ts'
import type { Module } from './module.ts'
import { mount } from './mount/mount.ts'
import { mount_facts } from './mount_facts/mount_facts.ts'
import { nftables } from './nftables/nftables.ts'
import { nmcli } from './nmcli/nmcli.ts'
import { node_power } from './node_power/node_power.ts'
import { node_wait } from './node_wait/node_wait.ts'
import { npm } from './npm/npm.ts'
import { openssl_csr } from './openssl_csr/openssl_csr.ts'
import { openssl_dhparam } from './openssl_dhparam/openssl_dhparam.ts'
import { openssl_privatekey } from './openssl_privatekey/openssl_privatekey.ts'
import { openssl_publickey } from './openssl_publickey/openssl_publickey.ts'
import { overlay } from './overlay/overlay.ts'
import { packageModule } from './package/package.ts'
import { package_facts } from './package_facts/package_facts.ts'
import { pam_limits } from './pam_limits/pam_limits.ts'
import { parted } from './parted/parted.ts'
import { pause } from './pause/pause.ts'
import { ping } from './ping/ping.ts'
import { pip } from './pip/pip.ts'
import { raw } from './raw/raw.ts'
import { reboot } from './reboot/reboot.ts'
import { replace } from './replace/replace.ts'
import { rpm_key } from './rpm_key/rpm_key.ts'
import { script } from './script/script.ts'
import { seboolean } from './seboolean/seboolean.ts'
import { sefcontext } from './sefcontext/sefcontext.ts'
import { selinux } from './selinux/selinux.ts'
import { service } from './service/service.ts'
import { service_facts } from './service_facts/service_facts.ts'
import { set_fact } from './set_fact/set_fact.ts'
import { setup } from './setup/setup.ts'
import { shell } from './shell/shell.ts'
import { slurp } from './slurp/slurp.ts'
import { stat } from './stat/stat.ts'
import { swap } from './swap/swap.ts'
import { synchronize } from './synchronize/synchronize.ts'
import { sysctl } from './sysctl/sysctl.ts'
import { systemd } from './systemd/systemd.ts'
import { sysvinit } from './sysvinit/sysvinit.ts'
import { tempfile } from './tempfile/tempfile.ts'
import { template } from './template/template.ts'
import { timezone } from './timezone/timezone.ts'
import { unarchive } from './unarchive/unarchive.ts'
import { uri } from './uri/uri.ts'
import { user } from './user/user.ts'
import { validate_argument_spec } from './validate_argument_spec/validate_argument_spec.ts'
import { wait_for } from './wait_for/wait_for.ts'
import { wait_for_connection } from './wait_for_connection/wait_for_connection.ts'
import { x509_certificate } from './x509_certificate/x509_certificate.ts'
import { xml } from './xml/xml.ts'
import { yum_repository } from './yum_repository/yum_repository.ts'

/** Every module by the collection that it has in Ansible. */
const collections: Readonly<Record<string, readonly Module<never>[]>> = {
  'ansible.builtin': [
    add_host,
    apt,
    apt_key,
    apt_repository,
    assemble,
    assert,
    async_status,
    blockinfile,
    command,
    copy,
    cron,
    deb822_repository,
    debconf,
    debug,
    dnf,
    dpkg_selections,
    fail,
    fetch,
    file,
    find,
    get_url,
    getent,
    git,
    group,
    group_by,
    hostname,
    include_vars,
    iptables,
    known_hosts,
    lineinfile,
    mount_facts,
    packageModule,
    package_facts,
    pause,
    ping,
    pip,
    raw,
    reboot,
    replace,
    rpm_key,
    script,
    service,
    service_facts,
    set_fact,
    setup,
    shell,
    slurp,
    stat,
    systemd,
    sysvinit,
    tempfile,
    template,
    unarchive,
    uri,
    user,
    validate_argument_spec,
    wait_for,
    wait_for_connection,
    yum_repository,
  ],
  'ansible.posix': [acl, at, authorized_key, firewalld, mount, seboolean, selinux, synchronize, sysctl],
  'community.general': [
    alternatives,
    archive,
    capabilities,
    filesystem,
    htpasswd,
    ini_file,
    locale_gen,
    lvg,
    lvol,
    modprobe,
    nmcli,
    npm,
    pam_limits,
    parted,
    sefcontext,
    timezone,
    xml,
  ],
  'community.crypto': [openssl_csr, openssl_dhparam, openssl_privatekey, openssl_publickey, x509_certificate],
  prelude: [dracut, image, json_patch, mdadm, mkdisk, nftables, node_power, node_wait, overlay, swap],
}

/** Other names of modules. */
const synonyms: Readonly<Record<string, string>> = {
  openssl_certificate: 'x509_certificate',
  systemd_service: 'systemd',
  yum: 'dnf',
}

/** Modules by every name that a task may call them by. */
const known: ReadonlyMap<string, Module> = new Map(
  Object.entries(collections).flatMap(([collection, modules]) =>
    modules.flatMap((module) => {
      const others = Object.keys(synonyms).filter((name) => synonyms[name] === module.name)
      const prefixes = ['', `${collection}.`, ...(collection === 'ansible.builtin' ? ['ansible.legacy.'] : [])]
      const names = [module.name, ...others].flatMap((name) => prefixes.map((prefix) => `${prefix}${name}`))
      return names.map((name) => [name, module as Module] as const)
    }),
  ),
)

/** The short names of all modules, synonyms included. */
export const moduleNames: readonly string[] = [...known.keys()].filter((name) => !name.includes('.')).sort()

export const isModule = (name: string): boolean => known.has(name)

/**
 * The module of a task, by its short or fully qualified name. Throws a Failure 'module.unknown' with the position and
 * the nearest name.
 */
export const findModule = (name: string, at: Position): Module => {
  const module = known.get(name)
  if (module) return module
  const short = name.slice(name.lastIndexOf('.') + 1)
  const meant = known.has(short) ? short : (nearest(short, moduleNames) ?? nearest(name, known.keys()))
  throw new Failure('module.unknown', `there is no module '${name}'`, {
    at,
    hint: meant ? `did you mean '${meant}'?` : 'see the list of modules in docs/reference',
  })
}
