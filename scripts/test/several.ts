// Runs the test files of its arguments one after another: most of a small test's time is reading what it imports.
// Both streams say with a mark where a file ends.
import { flushCompileCache } from 'node:module'
import { mark } from './mark.ts'

// uvu runs what a file has queued when it is told, rather than by itself.
Object.assign(globalThis, { UVU_DEFER: 1, UVU_INDEX: 0 })
const { exec } = await import('uvu')

const leftovers: string[] = []
// Each file may have something to do at the end.
process.setMaxListeners(0)
for (const file of process.argv.slice(2)) {
  Object.assign(globalThis, { UVU_QUEUE: [[null]] })
  try {
    await import(file)
    await exec()
  } catch (thrown) {
    console.error(thrown)
  }
  // What was printed says that tests failed; the exit code, that the process died.
  process.exitCode = 0
  flushCompileCache()
  const open = process.getActiveResourcesInfo()
  if (open.length > 0) leftovers.push(`${file} left open: ${open.join(', ')}`)
  process.stdout.write(mark)
  process.stderr.write(mark)
}
// A process that does not end by itself says what may hold it.
setTimeout(() => console.error(leftovers.join('\n')), 10_000).unref()
