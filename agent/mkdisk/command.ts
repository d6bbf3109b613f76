import { Failure, messageOf } from '../../engine/failure.ts'
import { createLog, textSink } from '../../engine/log.ts'
import { makeDisks, planFor, settingsFromRoot } from '../stages/mkdisk.ts'
import { planText } from './plan.ts'

export const mkdiskUsage = `usage: mkdisk [-r | -c] [--plan] [--root DIRECTORY]
  -r              wipe: destroy what is on the profile's disks and make them anew
  -c              keep: take what is there, make only what is missing
  --plan          show what would be done, and change nothing
  --root DIR      the root whose /etc/mkdisk/mkdisk.conf counts and that is mounted in; / unless told
Without -r and -c, WIPE_ON_BOOT of mkdisk.conf decides.
`

/** The command mkdisk: settings from /etc/mkdisk, on a running node or from a dracut hook. Returns its exit code. */
export const mkdiskCommand = async (argv: readonly string[]): Promise<number> => {
  const log = createLog(textSink((line) => process.stdout.write(line), false))
  const known = ['-r', '-c', '--plan', '--root']
  const rootAt = argv.indexOf('--root')
  const root = rootAt < 0 ? '/' : (argv[rootAt + 1] ?? '')
  const odd = argv.find((word, index) => !known.includes(word) && (rootAt < 0 || index !== rootAt + 1))
  if (odd !== undefined || root === '' || (argv.includes('-r') && argv.includes('-c'))) {
    process.stderr.write(mkdiskUsage)
    return odd === '--help' || odd === '-h' ? 0 : 2
  }
  try {
    const found = await settingsFromRoot(root)
    if (!found) throw new Failure('disk.profile', `there is no /etc/mkdisk/mkdisk.conf in ${root}`)
    const wipe = argv.includes('-r') || (!argv.includes('-c') && found.wipe)
    const settings = { ...found, wipe }
    if (argv.includes('--plan')) process.stdout.write(planText(await planFor(settings, log)))
    else await makeDisks(settings, { log, root, progress: () => {} })
    return 0
  } catch (thrown) {
    const hint = thrown instanceof Failure && thrown.hint ? ` (${thrown.hint})` : ''
    log.error(`${messageOf(thrown)}${hint}`)
    return 1
  }
}
