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
}, 30_000)

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
}, 30_000)

test.run()
