import { type Command, sh } from '../../command.ts'
import type { Host } from '../module.ts'
import { type Archive, ask, type Contents } from './archive.ts'
import { comparedBeside } from './beside.ts'

/** 1 is a warning: the archive was made elsewhere, for example. */
const warning = 1

const unpackInto = ({ path, params }: Archive, directory: string, options: readonly string[] = []): Command => {
  const { extra_opts, include, exclude } = params
  const excluded = exclude.length > 0 ? ['-x', ...exclude] : []
  return sh`unzip -qo ${options} ${extra_opts} ${path} ${include} ${excluded} -d ${directory}`
}

export const zipContents = (host: Host, archive: Archive): Promise<Contents> =>
  comparedBeside(host, archive, (directory) => unpackInto(archive, directory), warning)

export const unpackZip = (host: Host, archive: Archive): Promise<string> =>
  ask(host, archive, unpackInto(archive, archive.dest, archive.params.keep_newer ? ['-u'] : []), warning)
