import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execute, type ProcessOutput } from '../../../engine/process.ts'

const program = join(import.meta.dirname, '../../../bin/play')

export type Site = {
  readonly directory: string
  /** Runs `play`, or another program, in the directory. */
  readonly play: (...args: string[]) => Promise<ProcessOutput>
  readonly run: (file: string, ...args: string[]) => Promise<ProcessOutput>
  readonly with: (more: NodeJS.ProcessEnv, stdin?: string) => Pick<Site, 'play' | 'run'>
}

/** Makes a directory of these files, uses it and removes it; what begins with `#!` can be run. */
export const site = async <T>(files: Readonly<Record<string, string>>, use: (site: Site) => Promise<T>): Promise<T> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-play-'))
  chmodSync(directory, 0o755)
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), content)
      if (content.startsWith('#!')) chmodSync(join(directory, path), 0o755)
    }
    const under = (more: NodeJS.ProcessEnv, stdin?: string) => {
      const env = { ...process.env, NO_COLOR: '1', HOME: directory, ...more }
      const run = (file: string, ...args: string[]) =>
        execute(file, args, { cwd: directory, env, ...(stdin === undefined ? {} : { stdin }) })
      return { run, play: (...args: string[]) => run(program, ...args) }
    }
    return await use({ directory, with: under, ...under({}) })
  } finally {
    rmSync(directory, { recursive: true })
  }
}
