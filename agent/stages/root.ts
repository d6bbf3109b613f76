import { mkdir } from 'node:fs/promises'
import { messageOf } from '../../engine/failure.ts'
import type { BootContext, BootStage, Details } from '../context.ts'
import { loadRootDrivers } from '../root/drivers.ts'
import { closeImagePlace, imageRoot, openImagePlace } from '../root/image.ts'
import { nfsRoot } from '../root/nfs.ts'
import { nfsSource } from '../system/nfsmount.ts'
import { checkNfsTrust, readTrust, verifyImage } from '../system/trust.ts'

/** Checks who stands for the root before anything of it is used. */
const checkTrust = async ({ manifest, log }: BootContext): Promise<void> => {
  const trust = await readTrust()
  if (!trust) {
    log.info('this initramfs has no keys: the image is checked by its digest alone')
    return
  }
  if (manifest.root.type === 'nfs') {
    const source = manifest.root.nfs ? nfsSource(manifest.root.nfs) : ''
    checkNfsTrust(trust, source)
    log.info(`the NFS root ${source} is one that this initramfs names`)
    return
  }
  const { signed, expires } = verifyImage(trust, manifest.image, new Date())
  log.info(`the image is signed by the site, ${signed}${expires === undefined ? '' : `, until ${expires}`}`)
}

/** Begins what needs no network, and gives the rest. */
const prepare = (context: BootContext) => {
  const { type } = context.manifest.root
  void loadRootDrivers(context)
  const opened = type === 'nfs' ? undefined : openImagePlace(context, type)
  return async (): Promise<Details> => {
    try {
      await checkTrust(context)
      await mkdir(context.newRoot, { recursive: true })
      return await (opened ? imageRoot(context, opened) : nfsRoot(context))
    } catch (thrown) {
      if (opened) await closeImagePlace(context, opened).catch((why) => context.log.warning(messageOf(why)))
      throw thrown
    }
  }
}

/** Makes the new root, of an image or of an NFS server. */
export const root: BootStage = { name: 'root', prepare, run: (context) => prepare(context)() }
