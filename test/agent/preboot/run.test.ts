import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openPlayer } from '../../../agent/preboot/run.ts'
import type { RunEvent } from '../../../engine/report/event.ts'
import { type Dict, fromPlain } from '../../../engine/vars/value.ts'
import { makeTree } from '../../engine/connections/imagetree.ts'
import { suite } from '../../suite.ts'

const test = suite('agent player')
const newRoot = makeTree()
test.after(() => rm(newRoot, { recursive: true }))

/** What a play with this debug message says on the node n01. */
const says = async (message: string, record?: Dict, hosts = 'n01'): Promise<unknown> => {
  const directory = await mkdtemp(join(tmpdir(), 'prelude-player-'))
  try {
    const playbook = join(directory, 'site.yml')
    await writeFile(playbook, `- {hosts: ${hosts}, gather_facts: false, tasks: [{debug: {msg: "${message}"}}]}\n`)
    const results: unknown[] = []
    const report = (event: RunEvent) => {
      if (event.type === 'result') results.push(event.outcome.failure?.message ?? event.outcome.result.msg)
    }
    const secrets: Dict = new Map([['password', 'hunter2']])
    const player = openPlayer({ node: 'n01', newRoot, directory, secrets, report })
    const { plays } = await player.load(playbook)
    const variables: Dict = new Map([['greeting', 'hello']])
    const groups = { all: ['n01', 'n02'], compute: ['n01', 'n02'] }
    await player.run({ playbook, plays, tags: ['all'], variables, groups, ...(record && { record }) })
    return results[0]
  } finally {
    await rm(directory, { recursive: true })
  }
}

const record = fromPlain({ name: 'n01', image: 'compute', networks: { eno1: { boot: true } } }) as Dict

test('plays see the variables, the groups and the secrets', async () =>
  assert.is(await says("{{ greeting }} {{ groups.compute | join(',') }} {{ password }}"), 'hello n01,n02 hunter2'))

test('the groups are whole', async () => {
  assert.is(await says("{{ groups.all | join(',') }} {{ group_names }}"), "n01,n02 ['compute']")
  assert.is(await says('{{ inventory_hostname }}', undefined, 'all'), 'n01')
})

test('node is the record of the bundle, for the node alone', async () => {
  assert.is(await says('{{ node.image }} {{ hostvars.n01.node.networks.eno1.boot }}', record), 'compute True')
  assert.is(await says('{{ hostvars.n02.node is defined }}', record), false)
  assert.is(await says('{{ node is defined }}'), false)
})

test.run()
