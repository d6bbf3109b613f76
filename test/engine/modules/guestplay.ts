import { join } from 'node:path'

/** One task, on a guest where the steps before it have been done. */
export type GuestStep = {
  /** With its collection. */
  readonly module: string
  readonly name: string
  /** Shell commands that prepare the guest. */
  readonly prepare?: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Shell command that prints what the task is about beyond the state of `states`. */
  readonly after?: string
  /** It is tried once. */
  readonly fails?: boolean
  /** It is run in check mode, too; not where Ansible's changes something in it, or where it is as in another step. */
  readonly check?: boolean
  /** Why it is not run again. */
  readonly once?: string
}

const runs = ['check mode', 'run', 'again'] as const

/** How often, and how, a step is run. */
export const runsOf = ({ fails = false, check = false, once }: GuestStep): readonly (typeof runs)[number][] =>
  runs.filter((run) => run === 'run' || (!fails && (run === 'again' ? once === undefined : check)))

// one process: each takes long in a guest
const lvm = `lvm <<'end'
lvs -a --noheadings --units b -o vg_name,lv_name,lv_size,lv_attr,pool_lv,origin,segtype,devices
pvs --noheadings --units b -o pv_name,vg_name,pv_size,pv_used,vg_extent_size,vg_free
end`

/** Shell commands that print what each module keeps. */
const states: Readonly<Record<string, string>> = {
  'ansible.builtin.reboot': 'ls /run/sbin /run/before',
  'ansible.posix.seboolean': `getsebool -a; grep -s '' /var/lib/selinux/tiny/active/booleans.local`,
  'ansible.posix.selinux': 'getenforce; cat /etc/selinux/config',
  'community.general.lvg': lvm,
  'community.general.lvol': lvm,
  'community.general.modprobe': `cd /sys/module; ls -d dummy veth
    ls /sys/class/net
    grep -s '' /etc/modules /etc/modules-load.d/* /etc/modprobe.d/*`,
  'community.general.sefcontext': `cd /etc/selinux/tiny/contexts/files; grep -s '' file_contexts.local file_contexts.subs`,
}

const raw = (command: string) => ({ 'ansible.builtin.raw': `{\n${command}\n} 2>&1` })

const socket = '/run/python'

/** The interpreter of Ansible's modules in a guest where the playbook is played. */
export const interpreter = `nc.openbsd -N -U ${socket}`

const here = (name: string) => join(import.meta.dirname, name)

const startPython = raw(`setsid -f python3 ${here('guestpython.py')} ${socket} </dev/null >/dev/null 2>&1
  while ! [ -S ${socket} ]; do sleep 0.1; done`)

const startSelinux = raw(`set -e
  mkdir -p /etc/selinux/tiny/policy /etc/selinux/tiny/contexts/files /var/lib/selinux/tiny
  printf 'SELINUX=permissive\\nSELINUXTYPE=tiny\\n' >/etc/selinux/config
  cd /etc/selinux/tiny/contexts
  echo system_r:all_t:s0 system_r:all_t:s0 >default_contexts
  echo system_r:all_t:s0 >failsafe_context
  cp ${here('guestselinux.cil')} /run/tiny.cil
  semodule -n -i /run/tiny.cil
  load_policy -i`)

const tasksOf = (step: GuestStep, index: number): object[] => {
  const { module, name, prepare, parameters, after = '' } = step
  const state = raw(`${states[module]}\n${after}\n:`)
  const tasks = runsOf(step).flatMap((run) => {
    const check_mode = run === 'check mode'
    const task = { name: `${name} (${run})`, [module]: parameters, check_mode, ignore_errors: true }
    const ran = { ...task, register: `result_${index}_${runs.indexOf(run)}` }
    return check_mode ? [ran, { ...state, register: `state_${index}_before` }] : [ran]
  })
  const all = [...tasks, { ...state, register: `state_${index}_after` }]
  return prepare === undefined ? all : [raw(`set -e\n${prepare}`), ...all]
}

/** A playbook of all steps, which writes what came of them to the file `dest` of this machine. */
export const playbookOf = (steps: readonly GuestStep[]): object[] => {
  const outcomes = steps.map((step, index) => {
    const results = runsOf(step).map((run) => `result_${index}_${runs.indexOf(run)}`)
    const looks = (step.check ? ['before', 'after'] : ['after']).map((when) => `state_${index}_${when}.stdout`)
    return `{'results': [${results.join(', ')}], 'states': [${looks.join(', ')}]}`
  })
  const report = {
    'ansible.builtin.copy': { content: `{{ [${outcomes.join(', ')}] | to_json }}`, dest: '{{ dest }}' },
    delegate_to: 'localhost',
  }
  return [{ hosts: 'node', gather_facts: false, tasks: [startSelinux, startPython, ...steps.flatMap(tasksOf), report] }]
}
