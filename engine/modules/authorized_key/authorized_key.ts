import { posix } from 'node:path'
import type { AuthorizedKeyParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { followInto } from '../../connections/followinto.ts'
import { Failure } from '../../failure.ts'
import { fetchUrl, isUrl } from '../fetchurl.ts'
import { entries, parseUsers } from '../group/database.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { rewriteFile } from '../rewritefile.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './authorized_key.schema.json' with { type: 'json' }
import { type KeyLine, parseKey, withKeys, withoutKeys } from './keys.ts'

type Place = {
  readonly uid: number
  readonly gid: number
  /** Where the keys stand; where a link leads when it is followed. */
  readonly path: string
  readonly text: string | undefined
  readonly directory: { readonly uid: number; readonly gid: number; readonly mode: number } | undefined
}

/** Finds the user's file and reads it. Throws a Failure for a user that the host does not know. */
const look = async (host: Host, { user, path, follow }: AuthorizedKeyParameters): Promise<Place> => {
  const known = parseUsers((await host.run(entries('passwd', user, false))).stdout.toString())[0]
  if (!known) {
    throw new Failure('module.user', `there is no user '${user}'`, {
      at: host.at,
      hint: 'make the account with an earlier task: user',
    })
  }
  const file = (path ?? '.ssh/authorized_keys').replaceAll('%h', known.home).replaceAll('%u', known.name)
  const whole = posix.resolve(known.home, file)
  const output = await host.run(
    sh`path=${whole}; ${follow ? followInto(sh`"$path"`) : sh`:`}
       printf '%s\\0' "$path"; stat -L -c '%u %g %a' -- "\${path%/*}" 2>/dev/null || echo
       [ -f "$path" ] && cat -- "$path"`,
  )
  const [target = whole, rest = ''] = output.stdout.toString().split(/\0(.*)/s)
  const [stat = '', ...lines] = rest.split('\n')
  const [uid, gid, mode] = stat.split(' ')
  return {
    uid: known.uid,
    gid: known.gid,
    path: target,
    text: output.code === 0 ? lines.join('\n') : undefined,
    directory: stat === '' ? undefined : { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode ?? '0', 8) },
  }
}

/** The keys of a task. Throws a Failure for a line that is none. */
const keysOf = async (host: Host, params: AuthorizedKeyParameters): Promise<KeyLine[]> => {
  const { key, validate_certs, key_options, comment } = params
  const text = isUrl(key) ? (await fetchUrl(host, key, validate_certs)).toString() : key
  return text.split('\n').flatMap((line) => {
    if (/^\s*(#|$)/.test(line)) return []
    const parsed = parseKey(line)
    if (!parsed) {
      throw new Failure('module.parameter', `this is no public SSH key: ${line.slice(0, 40)}`, {
        at: host.at,
        hint: "a key is one line such as 'ssh-ed25519 AAAA... name'",
      })
    }
    return { ...parsed, options: key_options ?? parsed.options, comment: comment ?? parsed.comment }
  })
}

export const authorized_key = module<AuthorizedKeyParameters>(
  'authorized_key',
  schema as ModuleSchema,
  async function* (host, params) {
    const { state, exclusive, manage_dir } = params
    const keys = await keysOf(host, params)
    const place = await look(host, params)
    const { uid, gid, path, text, directory } = place
    const folder = posix.dirname(path)

    const isOwn = directory && directory.uid === uid && directory.gid === gid && directory.mode === 0o700
    if (state === 'present' && manage_dir && !isOwn) {
      yield* change({
        what: directory ? `give ${folder} to its user` : `make the directory ${folder}`,
        apply: () =>
          runOrFail(
            host,
            sh`mkdir -p -- ${folder} && chown -- ${`${uid}:${gid}`} ${folder} && chmod 0700 -- ${folder}`,
          ),
      })
    }
    const after = state === 'present' ? withKeys(text ?? '', keys, exclusive) : withoutKeys(text ?? '', keys)
    if (state === 'present' || text !== undefined) {
      yield* rewriteFile(host, {
        path,
        before: text,
        after,
        options: { owner: uid, group: gid, mode: 0o600 },
      })
    }
    return { ...params, keyfile: path, unique: false }
  },
)
