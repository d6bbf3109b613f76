import { compareWithAnsible } from './comparison.ts'
import { ofCore } from './comparisons.ts'
import { gitNames } from './gitrepository.ts'
import { startWebServer } from './webserver.ts'

compareWithAnsible('modules compared with ansible-core', {
  words: { ...(await startWebServer()), ...gitNames },
  modules: ofCore,
})
