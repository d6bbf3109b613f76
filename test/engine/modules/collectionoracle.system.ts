import { collectionEnvironment } from './collections.ts'
import { compareWithAnsible } from './comparison.ts'
import { ofCollections } from './comparisons.ts'

compareWithAnsible("modules compared with Debian's collections", {
  environment: await collectionEnvironment(),
  modules: ofCollections,
})
