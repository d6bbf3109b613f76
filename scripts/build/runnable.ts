import { link, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ToolFailure, tool } from '../../engine/process.ts'
import { common } from './bundle.ts'
import { replaceFile } from './file.ts'

/**
 * Makes dist/NAME.cjs, which runs a bundled program, and dist/NAME.compiled: what V8 has compiled at the end of a run with
 * the arguments `prime`, of which `DIRECTORY` becomes a directory that is thrown away. No configuration of whoever builds
 * counts in that run.
 */
export const runnable = async (
  root: string,
  name: string,
  program: string,
  prime: readonly string[],
): Promise<void> => {
  const place = (base: string, ending: string) => join(root, 'dist', `${base}.${ending}`)
  const loader = join(import.meta.dirname, 'load.ts')
  const { outputFiles } = await build({ ...common, entryPoints: [loader], outfile: place(name, 'cjs') })
  const directory = await mkdtemp(join(tmpdir(), 'prelude-build-'))
  const temporary = `.${name}-${process.pid}`
  try {
    for (const file of outputFiles) await replaceFile(place(temporary, 'cjs'), file.contents)
    await link(program, place(temporary, 'program.cjs'))
    const words = prime.map((word) => word.replace('DIRECTORY', directory))
    try {
      const configuration = join(directory, 'ansible.cfg')
      await writeFile(configuration, '')
      const env = { PATH: process.env['PATH'] ?? '', ANSIBLE_CONFIG: configuration }
      await tool(process.execPath, [place(temporary, 'cjs'), ...words], { cwd: directory, env })
      await rename(place(temporary, 'compiled'), place(name, 'compiled'))
    } catch (thrown) {
      if (!(thrown instanceof ToolFailure)) throw thrown
      process.stderr.write(`${name} will start slower until its first run has ended: ${thrown.message}\n`)
    }
    await rename(place(temporary, 'cjs'), place(name, 'cjs'))
  } finally {
    for (const ending of ['cjs', 'program.cjs', 'compiled']) await rm(place(temporary, ending), { force: true })
    await rm(directory, { recursive: true })
  }
}
