import type { FilesystemParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { checkDevice, noDevice, readContents } from '../blockdevice.ts'
import { change, type Diff, type Host, type ModuleSchema, module, type Steps } from '../module.ts'
import { optionWords } from '../optionwords.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './filesystem.schema.json' with { type: 'json' }
import { type Kind, kinds } from './kinds.ts'

const diffOf = (dev: string, before: string | undefined, after: string | undefined): Diff => ({
  before: before === undefined ? '' : `${before}\n`,
  after: after === undefined ? '' : `${after}\n`,
  beforeHeader: dev,
  afterHeader: dev,
})

/** Yields the growth of a file system that leaves a part of its device unused. */
async function* grow(host: Host, dev: string, fstype: string, { grow: growth }: Kind): Steps {
  if (!growth) {
    throw new Failure('module.device', `no program grows a ${fstype} file system`, { at: host.at })
  }
  const text = await runOrFail(
    host,
    sh`export LC_ALL=C; [ -f ${dev} ] && stat -c %s -- ${dev} || blockdev --getsize64 ${dev}; ${growth.size(dev)}`,
  )
  const [size, used, part] = text.split(/\s+/).map(Number)
  if (!size || !used || !part) {
    throw new Failure('module.device', `cannot tell the size of the ${fstype} file system on ${dev}: ${text}`, {
      at: host.at,
    })
  }
  if (size - used < part) return { msg: `${fstype} filesystem is using the whole device ${dev}` }
  const said = yield* change({
    what: `grow the ${fstype} file system on ${dev}`,
    diff: diffOf(dev, `${fstype} of ${used} bytes`, `${fstype} of ${size} bytes`),
    apply: () => runOrFail(host, sh`export LC_ALL=C; ${growth.command(dev)}`),
  })
  return { msg: said ?? `resizing filesystem ${fstype} on device ${dev}` }
}

export const filesystem = module<FilesystemParameters>(
  'filesystem',
  schema as ModuleSchema,
  async function* (host, { dev, state, fstype, force, resizefs, opts }) {
    checkDevice(host, 'dev', dev)
    const kind = fstype === undefined ? undefined : kinds[fstype]
    if (state === 'present' && (!kind || fstype === undefined)) {
      throw new Failure('module.parameter', "filesystem needs 'fstype'", { at: host.at })
    }
    const { present, contents } = await readContents(host, [dev])
    const found = contents.get(dev)?.type
    if (!present.has(dev)) {
      if (state === 'absent') return { msg: `Device ${dev} not found.` }
      throw noDevice(host, dev)
    }
    if (state === 'absent') {
      if (found === undefined) return {}
      yield* change({
        what: `wipe the ${found} signature of ${dev}`,
        diff: diffOf(dev, found, undefined),
        apply: () => runOrFail(host, sh`wipefs --all -- ${dev}`),
      })
      return {}
    }
    if (!kind || fstype === undefined) return {}
    const isSame = found === kind.type
    if (isSame && resizefs) return yield* grow(host, dev, fstype, kind)
    if (isSame && !force) return {}
    if (found !== undefined && !force) {
      throw new Failure('module.device', `${dev} holds ${found}, not ${fstype}`, {
        at: host.at,
        hint: 'what it holds is lost with force: true',
      })
    }
    yield* change({
      what: `make ${fstype} on ${dev}`,
      diff: diffOf(dev, found, fstype),
      apply: () => runOrFail(host, sh`${[...kind.make, ...optionWords(host, 'opts', opts)]} ${dev} </dev/null`),
    })
    return {}
  },
)
