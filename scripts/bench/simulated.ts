import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Connection } from '../../engine/connections/connection.ts'
import { emptyInventory, ensureHost, reconcile } from '../../engine/inventory/build.ts'
import { checkArguments } from '../../engine/modules/checkarguments.ts'
import { findModule, isModule, moduleNames } from '../../engine/modules/registry.ts'
import { createLoader } from '../../engine/playbook/loader.ts'
import { exitCodeOf, runPlaybooks } from '../../engine/run/run.ts'
import { createTemplar } from '../../engine/vars/createtemplar.ts'

export type Simulation = {
  readonly hosts: number
  /** Commands on each. */
  readonly tasks: number
  /** Milliseconds that an answer takes. */
  readonly delay: number
}

/** A host that answers every command with nothing, after a while. */
const answering = (name: string, delay: number): Connection => {
  const nothing = { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  const connection: Connection = {
    kind: 'simulated',
    name,
    run: () => setTimeout(delay, nothing),
    read: () => setTimeout(delay, nothing.stdout),
    write: () => setTimeout(delay),
    stat: () => setTimeout(delay, undefined),
    open: (path) => setTimeout(delay, { path }),
    makeDirectories: () => setTimeout(delay),
    as: () => connection,
    close: async () => {},
  }
  return connection
}

/** Plays tasks over simulated hosts in this process: what the engine itself costs; prints seconds and memory. */
export const simulate = async ({ hosts, tasks, delay }: Simulation): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-bench-'))
  try {
    const file = join(directory, 'site.yml')
    writeFileSync(file, `- hosts: all\n  gather_facts: false\n  tasks:\n${'    - command: /bin/true\n'.repeat(tasks)}`)
    const inventory = emptyInventory({ directory })
    for (let n = 0; n < hosts; n++) ensureHost(inventory, `n${n}`)
    reconcile(inventory)
    const surroundings = {
      warn: () => {},
      decrypt: (text: string) => text,
      searchPath: () => [],
      environment: () => undefined,
    }
    const templar = createTemplar(surroundings)
    const extraVars = new Map()
    const { warn, decrypt } = surroundings
    const loader = createLoader({ isModule, moduleNames, checkArguments, templar, decrypt, warn, extraVars })
    const start = performance.now()
    const summary = await runPlaybooks([await loader.playbook(file)], {
      inventory,
      templar,
      surroundings,
      loader,
      findModule,
      extraVars,
      directory,
      report: () => {},
      open: async (_, { host }) => answering(host, delay),
      tags: ['all'],
      skipTags: [],
      check: false,
      diff: false,
      verbosity: 0,
      forks: 50,
      forceHandlers: false,
      defaults: {
        connection: 'ssh',
        become: false,
        becomeUser: 'root',
        becomeMethod: 'sudo',
        hostKeyChecking: true,
        timeout: 10,
        gathering: 'explicit',
      },
    })
    if (exitCodeOf(summary) !== 0) throw new Error('the simulated play failed')
    const seconds = ((performance.now() - start) / 1000).toFixed(2)
    const megabytes = (process.resourceUsage().maxRSS / 1024).toFixed(0)
    console.log(`${hosts} simulated hosts x ${tasks} commands, ${delay} ms an answer: ${seconds} s, ${megabytes} MB`)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
