import { collectionEnvironment } from './collections.ts'
import { ofSystem } from './comparisons.ts'
import { compareRootsWithAnsible } from './rootcomparison.ts'

await compareRootsWithAnsible(
  "modules of the system compared with Debian's Ansible",
  ofSystem,
  await collectionEnvironment(),
)
