import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileBlobs } from '../../../provisioner/store/blobs.ts'
import { temporaryDirectory } from '../fixture.ts'
import { blobContract } from './blobs.contract.ts'

blobContract('files', async () => {
  const { directory, remove } = await temporaryDirectory()
  return {
    store: fileBlobs(directory),
    async spoil(digest) {
      const hex = digest.slice('sha256:'.length)
      const file = join(directory, 'sha256', hex.slice(0, 2), hex)
      await chmod(file, 0o644)
      await writeFile(file, 'prec1ous')
    },
    close: remove,
  }
})
