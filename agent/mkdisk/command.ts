import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, messageOf } from '../../engine/failure.ts'
import { createLog, type Log, textSink } from '../../engine/log.ts'
import { keyNames, makeDisks, planFor, settingsFromRoot } from '../stages/mkdisk.ts'
import { mountSecrets, secretPlace } from '../stages/secrets.ts'
import { unmount } from '../system/mounts.ts'
import { warewulfBudget, warewulfSecrets } from '../system/warewulf.ts'
import { isDone } from './done.ts'
import { planDocument, planText } from './show.ts'

export const mkdiskUsage = `usage: mkdisk [-r | -c] [--plan] [--json] [--profile NAME] [--root DIRECTORY] [--keys DIRECTORY | --secrets SOURCE]
  -r               wipe: destroy what is on the profile's disks and make them anew
  -c               keep: take what is there, make only what is missing
  --plan           show what would be done, and change nothing
  --json           the plan as JSON
  --profile NAME   another profile of /etc/mkdisk/profiles.d than mkdisk.conf names, or the path of a file
  --root DIR       the root whose /etc/mkdisk/mkdisk.conf counts and that is mounted in; / unless told
  --keys DIR       where the keys of encrypted volumes are; /secrets of the root unless told
  --secrets FROM   an NFS export that has the keys, SERVER:/DIRECTORY, or that of the server that Warewulf booted this node
                   from: warewulf; mounted as long as mkdisk runs, and only where the profile has keys
Without -r and -c, WIPE_ON_BOOT of mkdisk.conf decides.
`

const options = {
  r: { type: 'boolean', short: 'r' },
  c: { type: 'boolean', short: 'c' },
  plan: { type: 'boolean' },
  json: { type: 'boolean' },
  profile: { type: 'string' },
  root: { type: 'string' },
  keys: { type: 'string' },
  secrets: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const parse = (argv: readonly string[]) => {
  try {
    const { values } = parseArgs({ args: [...argv], options, allowPositionals: false })
    return (values.r && values.c) || (values.keys !== undefined && values.secrets !== undefined) ? undefined : values
  } catch {
    return undefined
  }
}

/** A failure with all that it carries, one line each and what to do below it. */
const complain = (log: Log, thrown: unknown): void => {
  for (const each of thrown instanceof Failure ? [thrown, ...thrown.others] : [thrown]) {
    const at = each instanceof Failure && each.at ? `${each.at.file}:${each.at.line}: ` : ''
    log.error(`${at}${messageOf(each)}`)
    if (each instanceof Failure && each.hint) log.error(`  ${each.hint}`)
  }
}

/**
 * Runs with the directory of the keys, which an export is mounted at meanwhile. A server that does not answer is told of: what
 * has no key is made all the same.
 */
const withSecrets = async <T>(log: Log, from: string, run: (keys: string) => Promise<T>): Promise<T> => {
  try {
    const exported = from === 'warewulf' ? await warewulfSecrets() : { source: from }
    await mountSecrets(log, exported, warewulfBudget).catch((thrown) =>
      log.error(`the keys are not there: ${messageOf(thrown)}`),
    )
    return await run(secretPlace)
  } finally {
    await unmount(log, secretPlace)
  }
}

/** The command mkdisk: settings from /etc/mkdisk, on a running node or from a dracut hook. Returns its exit code. */
export const mkdiskCommand = async (argv: readonly string[]): Promise<number> => {
  const values = parse(argv)
  if (!values || values.help) {
    process.stderr.write(mkdiskUsage)
    return values ? 0 : 2
  }
  const isPlan = values.plan === true || values.json === true
  const sink = textSink((line) => (isPlan ? process.stderr : process.stdout).write(line), false)
  // a plan is what is asked for, not how it was come by
  const log = createLog((entry) => (isPlan && entry.level === 'info' ? undefined : sink(entry)))
  const { root = '/', keys = join(root, 'secrets'), secrets } = values
  try {
    if (process.getuid?.() !== 0)
      throw new Failure('disk.root', 'mkdisk reads and writes disks, which root alone may do', {
        hint: 'sudo mkdisk …',
      })
    const found = await settingsFromRoot(root, values.profile)
    if (!found)
      throw new Failure('disk.profile', `there is no /etc/mkdisk/mkdisk.conf in ${root}`, {
        hint: 'the overlay mkdisk brings it; or name a profile: --profile FILE',
      })
    const settings = { ...found, wipe: values.r === true || (values.c !== true && found.wipe) }
    if (isPlan) {
      const plan = await planFor(settings, log)
      const done = values.json ? await Promise.all(plan.steps.map((step) => isDone(step, root))) : []
      process.stdout.write(values.json ? `${JSON.stringify(planDocument(plan, done), undefined, 2)}\n` : planText(plan))
      return 0
    }
    const make = (place: string) => makeDisks(settings, { log, root, keys: place, progress: () => {} })
    const isMounting = secrets !== undefined && keyNames(settings.sets).length > 0
    const { warnings } = await (isMounting ? withSecrets(log, secrets, make) : make(keys))
    for (const warning of warnings) log.warning(warning)
    return 0
  } catch (thrown) {
    complain(log, thrown)
    return 1
  }
}
