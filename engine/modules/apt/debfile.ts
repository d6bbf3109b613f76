import type { AptParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import type { Host, Steps } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { stepsWithTemporary } from '../temporary.ts'
import { callApt } from './aptget.ts'
import { parsePackages } from './situation.ts'
import { compareVersions } from './version.ts'

type Offer = { readonly name: string; readonly version: string; readonly installed: string | undefined }

const look = async (host: Host, file: string): Promise<Offer> => {
  const format = '${db:Status-Status}\t${Package}\t${Architecture}\t${Version}\n'
  const text = await runOrFail(
    host,
    sh`export LC_ALL=C; [ -r ${file} ] || { echo ${`there is no file ${file}`} >&2; exit 1; }
       name=$(dpkg-deb -f ${file} Package) && version=$(dpkg-deb -f ${file} Version) || exit
       printf '%s\\n%s\\n' "$name" "$version"; dpkg-query -W -f ${format} -- "$name" 2>/dev/null; true`,
  )
  const [name = '', version = '', ...rest] = text.split('\n')
  const installed = parsePackages(rest.join('\n')).find(({ status }) => status === 'installed')?.version
  return { name, version, installed }
}

async function* installFile(host: Host, params: AptParameters, file: string, isImage: boolean): Steps {
  const { name, version, installed } = await look(host, file)
  const order = installed === undefined ? 1 : compareVersions(version, installed)
  if (order === 0) return { changed: false }
  if (order < 0 && !params.allow_downgrade && !params.force) {
    throw new Failure('module.apt', `${name} is installed in the later version ${installed}; the file has ${version}`, {
      at: host.at,
      hint: 'allow_downgrade: true installs the older one',
    })
  }
  const what = `install ${name} ${version} from ${file}`
  return yield* callApt(host, params, { what, words: ['install', file], isNeeded: true }, isImage)
}

/** Yields the installation of a .deb file of the host, or of one that the host fetches first. */
export async function* installDeb(host: Host, params: AptParameters, deb: string, isImage: boolean): Steps {
  if (!deb.includes('://')) return yield* installFile(host, params, deb, isImage)
  const directory = (await runOrFail(host, sh`mktemp -d`)).trim()
  return yield* stepsWithTemporary(host, directory, async function* (): Steps {
    const file = `${directory}/${
      deb
        .replace(/[?#].*$/, '')
        .split('/')
        .pop() || 'package.deb'
    }`
    await runOrFail(host, sh`/usr/lib/apt/apt-helper download-file ${deb} ${file} >/dev/null`)
    return yield* installFile(host, params, file, isImage)
  })
}
