import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../engine/log.ts'
import { tool } from '../../engine/process.ts'
import { type JournalEntry, readJournal, removeJournal } from './journal.ts'
import { withLabLock } from './lock.ts'
import {
  ipBatch,
  mountsBelow,
  namespaceStands,
  processesIn,
  removeNamespace,
  removeNamespacesMount,
} from './namespace.ts'
import { endProcesses, ownLine, processOf } from './processes.ts'

type Kind = JournalEntry['kind']

const only = <K extends Kind>(entries: readonly JournalEntry[], kind: K) =>
  entries.filter((entry): entry is Extract<JournalEntry, { kind: K }> => entry.kind === kind)

/** Ends what the pid files name and all that runs inside the namespace, whoever started it there. */
const endAll = async (
  directory: string,
  entries: readonly JournalEntry[],
  namespaces: readonly string[],
): Promise<void> => {
  const kept = new Set(ownLine())
  const named = only(entries, 'process').flatMap(({ pidfile }) => processOf(join(directory, pidfile), directory) ?? [])
  // A daemon that was about to fork appears under a new number: look until none is there.
  for (let pids = named; ; ) {
    const inside = (await Promise.all(namespaces.map(processesIn))).flat()
    pids = [...new Set([...pids, ...inside])].filter((pid) => !kept.has(pid))
    if (pids.length === 0) return
    await endProcesses(pids)
    pids = []
  }
}

/**
 * Takes a lab down, also one whose `up` or nodes crashed: processes, devices, namespace, mounts, disks and sockets, all
 * that the journal in its directory lists. The logs of the consoles stay. Nothing there is nothing to do.
 */
export const labDown = async (directory: string, log: Log): Promise<void> => {
  if (!existsSync(directory)) return
  await withLabLock(directory, 'exclusive', async () => {
    const entries = readJournal(directory)
    const namespaces = only(entries, 'namespace').map(({ name }) => name)
    await log.step('ending the processes of the lab', () => endAll(directory, entries, namespaces))
    await log.step('removing what the lab made', async () => {
      for (const place of mountsBelow(directory)) await tool('umount', [place])
      const devices = only(entries, 'device').map(({ name }) => `link delete ${name}`)
      for (const namespace of namespaces) {
        if (await namespaceStands(namespace)) await ipBatch(namespace, devices, { force: true })
        await removeNamespace(namespace)
      }
      for (const { path } of only(entries, 'namespaces-mount')) await removeNamespacesMount(path)
      for (const { path } of only(entries, 'path')) rmSync(join(directory, path), { recursive: true, force: true })
      removeJournal(directory)
    })
  })
}
