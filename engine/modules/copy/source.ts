import { createHash } from 'node:crypto'
import type { LargeContent } from '../../connections/connection.ts'
import type { Host } from '../module.ts'

/** A file of the controller to be copied: in memory when it is small. */
export const sourceOf = async (
  host: Host,
  path: string,
  decrypt: boolean | undefined,
): Promise<Buffer | LargeContent> =>
  (await host.controller.large?.(path, decrypt)) ?? host.controller.read(path, decrypt)

export const sha1Of = (content: Buffer | LargeContent): string =>
  'sha1' in content ? content.sha1 : createHash('sha1').update(content).digest('hex')
