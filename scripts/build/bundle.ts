import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { replaceFile } from './file.ts'

export type Program = {
  readonly name: 'play' | 'provision' | 'agent'
  /** The module that exports `main(argv): Promise<number>`, relative to the repository. */
  readonly entry: string
  readonly sourcemap: boolean
}

/**
 * ssh2 loads two native add-ons when they are there, and works without them. One executable cannot hold them:
 * cpu-features becomes an empty module, every `.node` file a module that throws, which ssh2 catches.
 */
const withoutNativeAddons: Plugin = {
  name: 'without-native-addons',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cpu-features$/ }, () => ({ path: 'cpu-features', namespace: 'empty' }))
    onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, namespace: 'native' }))
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = () => ({})' }))
    onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`native add-on ${path} is not part of this program`)})`,
    }))
  },
}

/**
 * ssh2 makes a cipher for each packet from a key in a buffer, and Node finds out that a buffer is no key by two exceptions,
 * which take most of the time of a packet. Each buffer becomes a key once.
 */
const withKeyObjects: Plugin = {
  name: 'with-key-objects',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^crypto$/ }, ({ importer }) =>
      importer.endsWith(join('ssh2', 'lib', 'protocol', 'crypto.js'))
        ? { path: 'crypto', namespace: 'keys' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'keys' }, () => ({
      contents: `const crypto = require('node:crypto')
const keys = new WeakMap()
const keyOf = (bytes) => {
  let key = keys.get(bytes)
  if (!key) keys.set(bytes, (key = crypto.createSecretKey(bytes)))
  return key
}
module.exports = Object.assign(Object.create(crypto), {
  createCipheriv: (name, key, iv, options) => crypto.createCipheriv(name, keyOf(key), iv, options),
  createDecipheriv: (name, key, iv, options) => crypto.createDecipheriv(name, keyOf(key), iv, options),
  createHmac: (name, key) => crypto.createHmac(name, keyOf(key)),
})`,
    }))
  },
}

/**
 * What sources say about modules, as one CommonJS file in dist/ says it:
 * - they find the files beside them by import.meta.dirname; the bundle reaches the same place from where it lies;
 * - they load a package when they first need it by `const require = createRequire(…)`; the bundle has it, by its own `require`.
 */
const asBundled = (root: string): Plugin => ({
  name: 'as-bundled',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes('/node_modules/')) return undefined
      const source = await readFile(path, 'utf8')
      const place = JSON.stringify(relative(join(root, 'dist'), join(path, '..')))
      return {
        contents: source
          .replaceAll('import.meta.dirname', `require('node:path').join(__dirname, ${place})`)
          .replace(/^const require = createRequire\(.*\)$/m, ''),
        loader: 'ts',
      }
    })
  },
})

/** How everything is bundled. */
export const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  // a script that is run with what was compiled of it knows `require` only
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  // Less to read at each start; names stay as they are, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  write: false,
  logLevel: 'warning',
} as const

/** The loader reads a program as ASCII. esbuild escapes what is beyond it in strings and names, but not in regular expressions. */
const demandAscii = (text: string): void => {
  const [beyond] = /.{0,60}[^\0-\x7f].{0,20}/.exec(text) ?? []
  if (beyond !== undefined)
    throw new Error(`a source has a character beyond ASCII that is to be written \\uXXXX: ${beyond}`)
}

/** Bundles a program into one CommonJS file, dist/NAME.program.cjs, and returns its path. Throws esbuild's errors. */
export const bundle = async (root: string, program: Program): Promise<string> => {
  const outfile = join(root, 'dist', `${program.name}.program.cjs`)
  const result = await build({
    ...common,
    stdin: {
      contents: `import { main } from './${program.entry}'
void main(process.argv.slice(2)).then((code) => { process.exitCode = code })
// what is left is memory, which the system takes back faster than V8 gives it
process.once('beforeExit', () => process.exit())`,
      resolveDir: root,
      sourcefile: `${program.name}.ts`,
      loader: 'ts',
    },
    outfile,
    absWorkingDir: root,
    sourcemap: program.sourcemap ? 'linked' : false,
    plugins: [withoutNativeAddons, withKeyObjects, asBundled(root)],
  })
  for (const file of result.outputFiles) {
    if (file.path === outfile) demandAscii(file.text)
    const id = createHash('sha256').update(file.contents).digest('hex')
    const text = file.path === outfile ? Buffer.concat([file.contents, Buffer.from(`//${id}`)]) : file.contents
    await replaceFile(file.path, text)
  }
  return outfile
}
