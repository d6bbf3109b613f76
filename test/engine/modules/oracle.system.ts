import { compareWithAnsible } from './comparison.ts'
import { gitNames } from './gitrepository.ts'
import { startWebServer } from './webserver.ts'

compareWithAnsible('modules compared with ansible-core', {
  words: { $URL: await startWebServer(), ...gitNames },
  modules: {
    'ansible.builtin': [
      ...['assemble', 'blockinfile', 'command', 'copy', 'file', 'find', 'get_url', 'getent', 'git', 'known_hosts'],
      ...[
        'lineinfile',
        'replace',
        'script',
        'shell',
        'slurp',
        'stat',
        'template',
        'unarchive',
        'uri',
        'yum_repository',
      ],
    ],
  },
})
