import type { ServiceFactsParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { type Host, type ModuleSchema, readOnlyModule } from '../module.ts'
import schema from './service_facts.schema.json' with { type: 'json' }
import { parseOpenRc, parseStatusAll, parseUnitFiles, parseUnits, type ServiceFact, withUnitFiles } from './services.ts'

/** Separates the parts of the one script that looks for services. */
const mark = '--- services ---'

/** Which of the units without a loaded unit are active: of templates there is nothing to say. */
const activeStates = async (host: Host, names: readonly string[]): Promise<Map<string, string>> => {
  const asked = names.filter((name) => !name.endsWith('@.service'))
  if (asked.length === 0) return new Map()
  const output = await host.run(sh`systemctl show --property=ActiveState -- ${asked}`)
  const states = [...output.stdout.toString().matchAll(/^ActiveState=(.*)$/gm)].map(([, state = '']) => state)
  return new Map(asked.flatMap((name, index) => (states[index] === undefined ? [] : [[name, states[index]]])))
}

export const service_facts = readOnlyModule<ServiceFactsParameters>(
  'service_facts',
  schema as ModuleSchema,
  async (host) => {
    // In an image no systemd runs: its unit files tell what will be started.
    const runs = sh`[ -d /run/systemd/system ]`
    const hasFiles = (await host.fact('is_chroot')) === true ? sh`has systemctl` : runs
    const output = await host.run(sh`export LC_ALL=C
    has() { command -v "$1" >/dev/null 2>&1; }
    if has service && ! has chkconfig && ! has rc-status; then service --status-all 2>/dev/null; fi
    echo ${mark}
    if has rc-status && has rc-update; then rc-status -a -s -m 2>/dev/null; echo ${mark}; rc-update show -v 2>/dev/null
    else echo ${mark}; fi
    echo ${mark}
    if ${runs}; then systemctl list-units --no-pager --plain --no-legend --full --type service --all; fi
    echo ${mark}
    if ${hasFiles}; then systemctl list-unit-files --no-pager --no-legend --full --type service --all 2>/dev/null; fi`)
    const parts = output.stdout.toString().split(`${mark}\n`)
    const [sysv = '', states = '', levels = '', unitList = '', fileList = ''] = parts
    const units = parseUnits(unitList)
    const files = parseUnitFiles(fileList)
    const loaded = new Set(units.map(({ name }) => name))
    const unloaded = files.map(([name]) => name).filter((name) => !loaded.has(name))
    const active = units.length > 0 ? await activeStates(host, unloaded) : new Map<string, string>()
    const all: ServiceFact[] = [
      ...parseStatusAll(sysv),
      ...parseOpenRc(states, levels),
      ...withUnitFiles(units, files, active),
    ]
    if (all.length === 0) return { skipped: true, msg: 'no services were found' }
    return { ansible_facts: { services: Object.fromEntries(all.map((one) => [one.name, one])) } }
  },
)
