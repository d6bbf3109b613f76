import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A file or directory that takes long to make, kept in dist/ under a name that says what it is made of. `make` gets an empty
 * directory to work in and returns what is to be kept of it. Where another process makes the same meanwhile, the first one's counts.
 */
export const kept = async (place: string, make: (work: string) => Promise<string>): Promise<string> => {
  if (existsSync(place)) return place
  await mkdir(dirname(place), { recursive: true })
  const work = await mkdtemp(`${place}.`)
  try {
    const made = await make(work)
    await rename(made, place).catch((thrown) => {
      if (!existsSync(place)) throw thrown
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return place
}
