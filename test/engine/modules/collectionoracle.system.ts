import { collectionEnvironment } from './collections.ts'
import { compareWithAnsible } from './comparison.ts'

compareWithAnsible("modules compared with Debian's collections", {
  environment: await collectionEnvironment(),
  modules: {
    'community.general': ['archive', 'htpasswd', 'ini_file', 'pam_limits', 'xml'],
  },
})
