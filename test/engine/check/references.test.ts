import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { site } from '../commands/play.ts'

const test = suite('names that nothing defines are told by --syntax-check')

/** What is told of a site: `file:line:column: sentence`, and hints. */
const told = (files: Readonly<Record<string, string>>, ...args: string[]): Promise<string[]> =>
  site({ hosts: 'n1 rack=1\n', ...files }, async ({ play }) => {
    const { code, stdout, stderr } = await play('-i', 'hosts', '--syntax-check', 'site.yml', ...args)
    assert.equal([code, stdout], [0, '\nplaybook: site.yml\n'], stderr)
    return [...stderr.matchAll(/^(?:\[WARNING\]: (.*)\n {2}at (\S+:\d+:\d+)| {2}hint: (.*))$/gm)].map((found) => {
      const [, sentence, place, hint] = found
      return sentence === undefined ? `  ${hint}` : `${place}: ${sentence}`
    })
  })

const tasks = (text: string): string => `- hosts: all\n  vars: {port: 80}\n  tasks:\n${text}`

test('variables, with the nearest name that is known', async () => {
  const found = await told({
    'site.yml': tasks(`  - debug: {msg: "{{ portt }} {{ rak }}"}
  - command: "true"
    when: wholly_unknown > 3
    loop: "{{ portt }}"
  - template: {src: a.j2, dest: /x}
  - assert: {that: [tubes | length > 0]}
`),
    'templates/a.j2': 'ok\n{% for x in xs %}{{ x.y }}{{ loop.index }}{% endfor %}\n{{ ansible_managed }}\n',
  })
  const give = '  give it by -e, or say what stands for it: {{ name | default(…) }}'
  assert.equal(found, [
    "site.yml:4:22: nothing here defines the variable 'portt' (and in 1 more place)",
    "  did you mean 'port'?",
    "site.yml:4:34: nothing here defines the variable 'rak'",
    "  did you mean 'rack'?",
    "site.yml:6:11: nothing here defines the variable 'wholly_unknown'",
    give,
    "site.yml:9:5: nothing here defines the variable 'tubes'",
    give,
    "templates/a.j2:2:13: nothing here defines the variable 'xs'",
    give,
  ])
})

test('filters, tests and lookups that there are not; templates and included files that are wrong', async () => {
  const found = await told({
    'site.yml': tasks(`  - debug: {msg: "{{ port | defualt(3) }}"}
  - debug: {msg: "{{ lookup('fiel', 'x') if port is strng }}"}
  - template: {src: a.j2, dest: /x}
  - include_tasks: missing.yml
  - include_tasks: there.yml
`),
    'templates/a.j2': '{% if port %}\n',
    'there.yml': '- debug: {msg: "{{ port | uper }}"}\n',
  })
  assert.equal(
    found.filter((line) => !line.startsWith('  looked')),
    [
      "site.yml:4:29: there is no filter 'defualt'",
      "  did you mean 'default'?",
      "site.yml:5:29: there is no lookup 'fiel'",
      "  did you mean 'file'?",
      "site.yml:5:53: there is no test 'strng'",
      "  did you mean 'string'?",
      "site.yml:7:5: the file of tasks 'missing.yml' does not exist",
      "templates/a.j2:1:1: this 'if' is never ended",
      "  end it with '{% endif %}'",
      "there.yml:1:27: there is no filter 'uper'",
      "  did you mean 'upper'?",
    ],
  )
})

test('nothing is told of a name that something may define', async () => {
  const uses = (names: string) => `  - debug: {msg: "{{ [${names}] }}"}\n`
  const files = {
    'site.yml': `- hosts: all
  vars_files: ["{{ ansible_os_family }}.yml"]
  vars_prompt: [{name: prompted}]
  vars: {lazy: "{{ only_if_asked }}"}
  roles: [{role: one, param: 1}]
  tasks:
  - command: "true"
    register: registered
    loop: [1]
    loop_control: {loop_var: each, index_var: number, label: "{{ each }} {{ number }}"}
  - set_fact: {fact: 1}
  - include_vars: "{{ item }}"
    with_first_found: ["{{ whatever }}.yml", more.yml]
  - include_role: {name: two}
  - getent: {database: passwd}
  - debug: {msg: "{{ a | default(b) }} {{ c.d.e | default('x') }} {{ f if f is defined else 1 }}"}
  - debug: {var: no_harm}
  - debug: {msg: "{{ guarded }}"}
    when: guarded is defined
  - debug: {msg: "{{ by_text }}"}
    when: "'by_text' in hostvars[inventory_hostname]"
  - debug: {msg: "{% set s = 1 %}{{ s }}{% for i, j in [] %}{{ i }}{{ j }}{% endfor %}"}
${uses('prompted, lazy, registered, fact, from_file, from_vars_file, in_one, of_two, set_by_two, param')}
${uses('rack, groups, omit, item, ansible_anything, getent_passwd, inventory_hostname, playbook_dir, services')}`,
    'Debian.yml': 'from_vars_file: 1\n',
    'more.yml': 'from_file: 1\n',
    'roles/one/defaults/main.yml': 'in_one: 1\n',
    'roles/two/vars/main.yml': 'of_two: 1\n',
    'roles/two/tasks/main.yml': '- set_fact: set_by_two=1\n',
  }
  assert.equal(await told(files), [])
  const given = tasks('  - debug: {msg: "{{ version }}"}\n')
  assert.equal(await told({ 'site.yml': given }, '-e', 'version=1'), [])
})

test('nothing is told of variables where a task may define any', async () => {
  const open = ['set_fact: {"{{ port }}_x": 1}', 'set_fact: "{{ all_of_them }}"', 'include_vars: /elsewhere.yml']
  for (const task of open) {
    const found = await told({ 'site.yml': tasks(`  - ${task}\n  - debug: {msg: "{{ portt }}"}\n`) })
    assert.equal(found, [], task)
  }
})

test.run()
