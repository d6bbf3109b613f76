import type { DnfParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import type { Host, Result } from '../module.ts'
import { runOrFail } from '../runorfail.ts'
import { program } from './program.ts'

const fields = '%{name}\\t%{epoch}\\t%{version}\\t%{release}\\t%{arch}\\t%{repoid}\\n'

/** Reads the lines of `fields` into Ansible's dictionaries. */
export const parseList = (text: string, state: 'installed' | 'available'): Record<string, string>[] =>
  text.split('\n').flatMap((line) => {
    const [name, epoch, version, release, arch, repo] = line.split('\t')
    if (!name || epoch === undefined || !version || release === undefined || !arch) return []
    const number = epoch === '(none)' ? '0' : epoch
    const nevra = `${number}:${name}-${version}-${release}.${arch}`
    return {
      name,
      epoch: number,
      version,
      release,
      arch,
      repo: state === 'installed' ? '@System' : (repo ?? ''),
      yumstate: state,
      nevra,
      envra: nevra,
    }
  })

/** `list`: packages or repositories in `results`, nothing changed. */
export const listPackages = async (
  host: Host,
  params: DnfParameters,
  wanted: string,
  options: readonly string[],
): Promise<Result> => {
  const query = (...words: string[]) =>
    runOrFail(host, sh`${program(params)} -q ${options} repoquery --qf ${fields} ${words} </dev/null`)
  if (wanted === 'repos' || wanted === 'repositories') {
    const text = await runOrFail(host, sh`${program(params)} -q ${options} repolist --enabled </dev/null`)
    const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('repo id'))
    return { results: rows.map((line) => ({ repoid: line.split(/\s+/)[0] ?? '', state: 'enabled' })) }
  }
  if (wanted === 'installed') return { results: parseList(await query('--installed'), 'installed') }
  if (wanted === 'updates' || wanted === 'upgrades') {
    return { results: parseList(await query('--upgrades'), 'available') }
  }
  if (wanted === 'available') return { results: parseList(await query('--available'), 'available') }
  const installed = parseList(await query('--installed', wanted), 'installed')
  return { results: [...installed, ...parseList(await query('--available', wanted), 'available')] }
}
