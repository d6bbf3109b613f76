import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { site } from './play.ts'

const test = suite('play')
const play = (files: Readonly<Record<string, string>>, ...args: string[]) => site(files, (here) => here.play(...args))

const cluster = `all:
  vars: {ansible_connection: local}
  hosts:
    head: {}
    n01: {node_image: "{{ release }}-compute", node_networks: {eno1: {mac: "02:00:00:00:00:01"}}}
    n02: {node_image: compute, node_networks: {eno1: {boot: true}}}
`

const seesNode = `- hosts: all
  gather_facts: false
  tasks:
    - debug:
        msg: "{{ node.image if node is defined else 'none' }} {{ hostvars.n01.node.networks.eno1.mac }}"
`

test('the record of a node is its variable node', async () => {
  const { code, stdout, stderr } = await play(
    { hosts: cluster, 'site.yml': seesNode },
    ...['-i', 'hosts', '-e', 'release=bookworm', 'site.yml'],
  )
  assert.match(stdout, /ok: \[head\] => \{\n {4}"msg": "none 02:00:00:00:00:01"/)
  assert.match(stdout, /ok: \[n01\] => \{\n {4}"msg": "bookworm-compute 02:00:00:00:00:01"/)
  assert.match(stdout, 'fatal: [n02]: FAILED!')
  assert.match(stdout + stderr, /^hosts:6:\d+: node n02: boot interface 'eno1' has no MAC\n.*\n.*\^\n {2}hint: /m)
  assert.is(code, 2)
})

test('--syntax-check tells the problems of playbooks and of variable files', async () => {
  const files = {
    hosts: '[web]\nh1\n',
    'site.yml': '- hosts: web\n  tasks: [{debgu: {}}]\n',
    'group_vars/web.yml': 'a: [1,\n',
    'host_vars/h1.yml': 'b: {{ c }}\n',
  }
  const wrong = await play(files, '-i', 'hosts', '--syntax-check', 'site.yml')
  assert.equal(
    wrong.stderr
      .split('\n')
      .filter((line) => /^\S+:\d+:\d+: /.test(line))
      .map((line) => line.split(':')[0]),
    ['site.yml', 'group_vars/web.yml', 'host_vars/h1.yml'],
  )
  assert.is(wrong.code, 4)
  const right = await play(
    { hosts: files.hosts, 'site.yml': '- hosts: web\n' },
    '-i',
    'hosts',
    '--syntax-check',
    'site.yml',
  )
  assert.equal([right.code, right.stdout], [0, '\nplaybook: site.yml\n'])
})

const layered = {
  hosts: '[web]\nh1 ansible_connection=local ntp=host\n[web:vars]\nntp=ini\n',
  'group_vars/web.yml': 'other: 1\nntp: group\n',
  'roles/clock/defaults/main.yml': 'ntp: default\n',
  'roles/clock/vars/main.yml': 'x: 1\nntp: "{{ x }}"\n',
  'roles/clock/tasks/main.yml': '- name: sets\n  set_fact: {ntp: later}\n',
  'site.yml': `- name: First
  hosts: web
  vars:
    ntp: play
  roles: [clock]
  tasks:
    - name: mine
      debug: {var: ntp}
      vars: {ntp: task}
`,
}

test(
  '--explain tells every level that sets a variable, where it stands, and which one wins',
  () =>
    site(layered, async (here) => {
      const inventory = await here.play('--explain', 'ntp', 'h1', '-i', 'hosts')
      assert.match(
        inventory.stdout,
        /^ntp on h1\n> {2}8 {2}hosts:2:29 .*"host"\n {3}7 {2}group_vars\/web\.yml:2:1 .*\n {3}6 {2}group.*\n {3}3 {2}hosts:4:1 .*"ini"\n$/,
      )
      const { stdout, code } = await here.play('site.yml', '--explain', 'ntp', 'h1', '-i', 'hosts', '-e', 'y=1')
      assert.is(code, 0)
      for (const line of [
        /^> 15 {2}roles\/clock\/vars\/main\.yml:2:1 .* \{\{ x \}\}$/m,
        /^ {2}12 {2}site\.yml:4:5 .*"play"$/m,
        /^ {3}2 {2}roles\/clock\/defaults\/main\.yml:1:1 .*"default"$/m,
        /^ {3}in the task 'mine' {2}site\.yml:7:7\n> 17 {2}site\.yml:9:14 .*"task"$/m,
        /^ {3}once the task 'clock : sets' has run\n> 19 {2}roles\/clock\/tasks\/main\.yml:2:3 .*"later"$/m,
      ]) {
        assert.match(stdout, line)
      }
      assert.is((await here.play('--explain', 'ntp', 'nobody', '-i', 'hosts')).code, 5)
    }),
  30_000,
)

test(
  '--explain looks ahead: questions, files that may be meant, what includes bring',
  () =>
    site(
      {
        hosts: 'h1\n',
        'site.yml': `- hosts: all
  vars_files: ["{{ ansible_os_family }}.yml"]
  vars_prompt: [{name: ntp}]
  tasks:
  - include_vars: late.yml
  - include_tasks: more.yml
    vars: {ntp: param}
`,
        'Debian.yml': 'ntp: os\n',
        'broken.yml': 'ntp: [',
        'late.yml': 'ntp: late\n',
        'more.yml': '- name: inner\n  debug:\n',
      },
      async (here) => {
        const { stdout, code } = await here.play('site.yml', '--explain', 'ntp', 'h1', '-i', 'hosts')
        assert.is(code, 0)
        for (const line of [
          /^> 13 {2}site\.yml:1:3 {2}vars_prompt +\(the answer\)$/m,
          /^ {3}in the task 'inner' {2}more\.yml:1:3\n> 21 {2}site\.yml:7:12 .*"param"$/m,
          /^ {3}once the task 'include_vars' has run\n> 18 {2}late\.yml:1:1 .*"late"$/m,
          /^ {3}where '\{\{ ansible_os_family \}\}\.yml' in vars_files means this file\n {2}14 {2}Debian\.yml:1:1 .*"os"$/m,
        ]) {
          assert.match(stdout, line)
        }
      },
    ),
  30_000,
)

test(
  '--plan tells what would change and changes nothing',
  () =>
    site(
      {
        'site.yml':
          '- hosts: localhost\n  gather_facts: false\n  tasks: [{copy: {content: x, dest: "{{ playbook_dir }}/f"}}]\n',
      },
      async (here) => {
        const { stdout, code } = await here.play('--plan', 'site.yml')
        assert.match(stdout, /^copy {2}site\.yml:3:11\n {2}localhost\n/)
        assert.match(stdout, /\nPlan: 1 change on 1 host\n$/)
        assert.is(code, 0)
        assert.not.ok(existsSync(join(here.directory, 'f')))
      },
    ),
  30_000,
)

test(
  'linked as ansible-playbook it is asked for its version as that is',
  () =>
    site({}, async (here) => {
      symlinkSync(join(import.meta.dirname, '../../../bin/play'), join(here.directory, 'ansible-playbook'))
      const { stdout, code } = await here.run(join(here.directory, 'ansible-playbook'), '--version')
      assert.match(stdout, /^ansible-playbook \[core 2\.\d+\.\d+\] /)
      assert.is(code, 0)
    }),
  30_000,
)

test.run()
