import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../engine/process.ts'
import { suite } from './suite.ts'

// The playbooks and roles that come with Prelude, with the inventories that come with it.
const test = suite('stock content')
const root = join(import.meta.dirname, '..')

for (const inventory of ['inventory/demo', 'inventory/prod'])
  test(`the site is loaded with ${inventory}, and nothing of it is warned of`, async () => {
    const args = ['site.yml', '-i', inventory, '--syntax-check']
    const { code, stderr } = await execute(join(root, 'bin/play'), args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1' },
    })
    assert.is(code, 0, stderr)
    assert.is(stderr, '')
  }, 60_000) // it may have to build first

test.run()
