import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeAptRepository } from './aptrepository.ts'
import { casesOf } from './cases.ts'
import { demoScript, demoUnits } from './demounits.ts'
import type { RootCase, RootOptions } from './rootcases.ts'
import { makeRpmRepository } from './rpmrepository.ts'
import type { ScratchRoot } from './scratchroot.ts'

/** The cases of a module that changes the system itself, and how their roots are made ready. */
export type RootSuite = { readonly cases: readonly RootCase[]; readonly options: RootOptions }

const keys = join(import.meta.dirname, 'keys')
const demoKey = readFileSync(join(keys, 'demo.asc'), 'utf8')
/** As it stands within a text of JSON. */
const quotedKey = JSON.stringify(demoKey).slice(1, -1)

const suiteOf = (module: string, options: RootOptions, names: Readonly<Record<string, string>> = {}): RootSuite => ({
  cases: casesOf(module, names) as readonly RootCase[],
  options,
})

const prepared = (commands: string) => ({ prepare: ({ run }: ScratchRoot) => run(commands) })

/** A key server: HKP is HTTP. */
const startKeyServer = async (): Promise<string> => {
  const server = createServer(({ url }, response) => {
    if (url === '/pks/lookup?op=get&options=mr&search=0xC24B62F5') response.end(demoKey)
    else response.writeHead(404).end('no keys found')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  server.unref()
  return `hkp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const aptRepository = () => {
  const repository = makeAptRepository()
  process.on('exit', repository.remove)
  return repository
}

// A real firewalld in a network of its own.
const startFirewalld = `
rm -rf /etc/firewalld; mkdir -p /run/dbus /etc/firewalld/zones
printf 'DefaultZone=public\\nCleanupOnExit=yes\\nLockdown=no\\nIPv6_rpfilter=no\\nFirewallBackend=nftables\\n' >/etc/firewalld/firewalld.conf
# the package's own choice, were it installed
actions=/usr/share/polkit-1/actions/org.fedoraproject.FirewallD1
ln -sf "$actions.server.policy.choice" "$actions.policy"
dbus-daemon --system --fork
firewalld --nopid --nofork </dev/null >/dev/null 2>&1 & echo $! >/run/firewalld.pid
for try in $(seq 200); do firewall-cmd --state >/dev/null 2>&1 && exit; sleep 0.1; done
echo 'firewalld did not start' >&2; exit 1`

// A real NetworkManager, in a network namespace of its own, where it has no interface but its loopback.
const startNetworkManager = `
rm -rf /etc/NetworkManager/system-connections /var/lib/NetworkManager
mkdir -p /run/dbus /etc/NetworkManager/system-connections /var/lib/NetworkManager
printf '[main]\\nplugins=keyfile\\nno-auto-default=*\\n' >/etc/NetworkManager/NetworkManager.conf
dbus-daemon --system --fork
(exec unshare --net NetworkManager --no-daemon --log-level=ERR </dev/null >/dev/null 2>&1 &)
for try in $(seq 100); do nmcli general >/dev/null 2>&1 && exit; sleep 0.1; done
echo 'NetworkManager did not start' >&2; exit 1`

// Two versions of a package that holds nothing, where pip looks for packages instead of the network.
const makeWheels = `
mkdir '/srv/a b'; cd '/srv/a b'; for version in 1.0 2.0; do
  info=/srv/w/prelude_demo-$version.dist-info; mkdir -p $info
  printf 'Metadata-Version: 2.1\\nName: prelude-demo\\nVersion: %s\\n' $version >$info/METADATA
  printf 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n' >$info/WHEEL
  for file in METADATA WHEEL RECORD; do echo "prelude_demo-$version.dist-info/$file,,"; done >$info/RECORD
  (cd /srv/w && zip -qr "/srv/a b/prelude_demo-$version-py3-none-any.whl" .); rm -r /srv/w
done
printf '[global]\\nno-index = true\\nfind-links = file:///srv/a%%20b\\nbreak-system-packages = false\\n' >/etc/pip.conf`

const suites: Readonly<Record<string, () => RootSuite | Promise<RootSuite>>> = {
  apt: () => {
    const { directory, use } = aptRepository()
    return suiteOf('apt', { prepare: use }, { $REPOSITORY: directory })
  },
  apt_key: async () =>
    suiteOf('apt_key', prepared('rm -rf /etc/apt/trusted.gpg* /etc/apt/keyrings; mkdir /etc/apt/trusted.gpg.d'), {
      $KEYS: keys,
      $URL: await startKeyServer(),
      $DEMO: quotedKey,
    }),
  apt_repository: () =>
    suiteOf(
      'apt_repository',
      prepared('rm -rf /etc/apt/sources.list* /etc/apt/apt.conf.d/*; mkdir -p /etc/apt/sources.list.d'),
      { $REPOSITORY: aptRepository().directory },
    ),
  deb822_repository: () =>
    suiteOf('deb822_repository', prepared('rm -rf /etc/apt/sources.list* /etc/apt/keyrings'), {
      $KEYS: keys,
      $DEMO: quotedKey,
    }),
  dnf: () => {
    const { directory, use, remove } = makeRpmRepository()
    process.on('exit', remove)
    // Even a dnf that only looks writes logs, caches and its history.
    const ignore = /^\.\/(root\/\.rpmdb|var\/(lib\/(dnf|rpm)|log|tmp)|var\/lib d|srv)/
    return suiteOf('dnf', { prepare: use, ignore }, { $REPOSITORY: directory })
  },
  // By the real dracut, for kernels that have no more than their names.
  dracut: () =>
    suiteOf('dracut', {
      ...prepared('mkdir -p /lib/modules/6.1.0-9 /lib/modules/6.1.0-10; depmod 6.1.0-9; depmod 6.1.0-10'),
      packages: ['dracut-core', 'kmod', 'cpio'],
      ignore: /\.\/(?:var\/tmp|run|tmp)/,
    }),
  firewalld: () =>
    suiteOf('firewalld', {
      ...prepared(startFirewalld),
      ignore: /^\.\/(var\/(log|lib)(\/firewalld)?|etc\/firewalld\/?(zones)?) [d-]|\.pyc |__pycache__|\.old /,
      hasNetwork: true,
      packages: ['firewalld'],
    }),
  iptables: () => suiteOf('iptables', { hasNetwork: true }),
  nftables: () => suiteOf('nftables', { hasNetwork: true }),
  nmcli: () =>
    suiteOf('nmcli', {
      ...prepared(startNetworkManager),
      // What it notes of its own while it runs.
      ignore: /^\.\/(var\/lib(\/NetworkManager.*)?|etc\/resolv\.conf|etc) /,
      packages: ['network-manager'],
    }),
  // Not package.json, which says something to Node.
  package: () => suiteOf('packages', { prepare: aptRepository().use }),
  pip: () =>
    suiteOf('pip', {
      ...prepared(makeWheels),
      ignore: /__pycache__|\.cache/,
      packages: ['python3-pip', 'python3-venv'],
    }),
  rpm_key: () =>
    suiteOf(
      'rpm_key',
      {
        ...prepared('rm -rf /var/lib/rpm /root/.rpmdb; rpm --initdb'),
        // A query alone makes rpm write to its database.
        ignore: /^\.\/(root\/?|root\/\.rpmdb.*|var\/lib\/rpm.*|var\/lib) /,
      },
      { $KEYS: keys },
    ),
  service: () =>
    suiteOf('service', {
      prepare: (root) => {
        demoUnits(root)
        demoScript(root)
      },
    }),
  systemd: () => suiteOf('systemd', { prepare: demoUnits }),
  sysvinit: () => suiteOf('sysvinit', { prepare: demoScript }),
}

/** The cases of `MODULE.json` beside this file. */
export const rootSuite = async (module: string): Promise<RootSuite> => suites[module]?.() ?? suiteOf(module, {})
