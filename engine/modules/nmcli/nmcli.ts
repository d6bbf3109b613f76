import type { NmcliParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Diff, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './nmcli.schema.json' with { type: 'json' }
import { changedProperties, type Properties, parseProfile } from './profile.ts'
import { connectionType, wantedProperties } from './properties.ts'

/** nmcli's exit codes that are no answer. */
const codes = { notRunning: 8, notThere: 10 }

/** The profile as it is; undefined when there is none. */
const look = async (host: Host, name: string): Promise<Properties | undefined> => {
  const output = await host.run(sh`
    command -v nmcli >/dev/null || exit 127
    LC_ALL=C nmcli --escape no -t connection show id ${name}`)
  if (output.code === 0) return parseProfile(output.stdout.toString())
  if (output.code === codes.notThere) return undefined
  const said = output.stderr.toString().trim()
  const isImage = (await host.fact('is_chroot')) === true
  const hint = isImage
    ? 'in an image no NetworkManager runs: write /etc/NetworkManager/system-connections/NAME.nmconnection with template'
    : output.code === codes.notRunning
      ? 'start it with an earlier task: systemd with name: NetworkManager'
      : 'install the package NetworkManager (Debian: network-manager)'
  const what = output.code === 127 ? 'this host has no nmcli' : said || `nmcli ended with ${output.code}`
  throw new Failure('module.command', what, { at: host.at, hint })
}

const diffOf = (name: string, before: Properties, after: Properties): Diff => {
  const lines = (properties: Properties) =>
    [...after.keys()].flatMap((key) => (properties.has(key) ? `${key}: ${properties.get(key)}\n` : [])).join('')
  return { before: lines(before), after: lines(after), beforeHeader: name, afterHeader: name }
}

const broughtUp: ReadonlySet<string> = new Set(['bond', 'dummy', 'ethernet', 'infiniband', 'wifi', 'team'])

/** Whether Ansible brings a new profile up at once, whatever its `autoconnect`: one that has name servers or an MTU. */
const isBroughtUp = ({ type, mtu, dns4, dns6 }: NmcliParameters): boolean =>
  type !== undefined &&
  broughtUp.has(type) &&
  (dns4 !== undefined || dns6 !== undefined || (mtu !== undefined && type !== 'team'))

const wordsOf = (properties: Properties): string[] => [...properties].flat()

async function* present(host: Host, params: NmcliParameters, current: Properties | undefined): Steps {
  const { conn_name: name, type } = params
  const wanted = wantedProperties(params)
  if (current) {
    const changed = changedProperties(current, wanted)
    if (changed.size === 0) return { Exists: 'Connections already exist and no changes made' }
    yield* change({
      what: `change ${[...changed.keys()].join(', ')} of the connection ${name}`,
      diff: diffOf(name, current, changed),
      apply: () => runOrFail(host, sh`LC_ALL=C nmcli connection modify id ${name} ${wordsOf(changed)}`),
    })
    return { Exists: 'Connections do exist so we are modifying them' }
  }
  if (type === undefined) {
    throw new Failure('module.parameter', `nmcli needs 'type' to make the connection ${name}`, { at: host.at })
  }
  // Not as `connection.interface-name`: of some types nmcli wants it by this name.
  const { 'connection.interface-name': _, ...rest } = Object.fromEntries(wanted)
  const ifname = params.ifname ?? name
  const bringUp = isBroughtUp(params)
  yield* change({
    what: `make the connection ${name}, ${type}${bringUp ? ', and bring it up' : ''}`,
    diff: diffOf(name, new Map(), wanted),
    apply: async () => {
      await runOrFail(
        host,
        sh`LC_ALL=C nmcli connection add type ${connectionType(type)} con-name ${name} ifname ${ifname} ${Object.entries(rest).flat()}`,
      )
      if (!bringUp) return
      try {
        await runOrFail(host, sh`LC_ALL=C nmcli connection up id ${name}`)
      } catch (thrown) {
        // A profile that is left would be all that a second run wants. A host that was lost may have come up by it.
        const isRefused = thrown instanceof Failure && thrown.code === 'module.command'
        if (isRefused) await host.run(sh`nmcli connection delete id ${name}`).catch(() => {})
        throw thrown
      }
    },
  })
  return {
    Exists: 'Connections do not exist so we are creating them',
    Connection: `Connection ${name} of Type ${type} is being added`,
  }
}

const missing = (host: Host, name: string): Failure =>
  new Failure('module.nmcli', `NetworkManager has no connection ${name}`, {
    at: host.at,
    hint: 'make it with an earlier task: state present',
  })

/** What nmcli would refuse in words of its own. Throws a Failure. */
const check = (host: Host, { conn_name, state, type, vlanid, vlandev, master, macvlan }: NmcliParameters): void => {
  const refuse = (message: string) => {
    throw new Failure('module.parameter', message, { at: host.at })
  }
  if (conn_name === '') refuse("nmcli: 'conn_name' is empty")
  if (state !== 'present') return
  if (type === 'vlan' && (vlanid === undefined || vlandev === undefined)) {
    refuse("nmcli needs 'vlanid' and 'vlandev' for a VLAN")
  }
  if (vlanid !== undefined && (vlanid < 0 || vlanid > 4095)) refuse("nmcli: 'vlanid' must be 0 to 4095")
  if (type?.endsWith('-slave') && master === undefined) refuse(`nmcli needs 'master' for the type ${type}`)
  if (type === 'macvlan' && macvlan === undefined) refuse("nmcli needs 'macvlan' for a macvlan")
}

export const nmcli = module<NmcliParameters>('nmcli', schema as ModuleSchema, async function* (host, params) {
  const { conn_name: name, state, conn_reload } = params
  check(host, params)
  if (conn_reload && !host.check) await runOrFail(host, sh`nmcli connection reload`)
  const current = await look(host, name)
  const result = { conn_name: name, state }
  if (state === 'present') return { ...result, ...(yield* present(host, params, current)) }
  if (state === 'absent') {
    if (!current) return { ...result, Exists: 'Connection does not exist' }
    yield* change({
      what: `remove the connection ${name}`,
      diff: diffOf(name, current, new Map([['connection.id', '']])),
      apply: () => runOrFail(host, sh`nmcli connection delete id ${name}`),
    })
    return result
  }
  if (!current) throw missing(host, name)
  // one that is on its way up needs nobody to bring it up, and can be brought down
  const isUp = ['activating', 'activated'].includes(current.get('GENERAL.STATE') ?? '')
  if (isUp !== (state === 'up')) {
    yield* change({
      what: `bring the connection ${name} ${state}`,
      apply: () => runOrFail(host, sh`LC_ALL=C nmcli connection ${state} id ${name}`),
    })
  }
  return result
})
