import { existsSync } from 'node:fs'
import { bootSection, leftHandover } from './boot.ts'
import { networkSection } from './network.ts'
import { provisionerSection } from './provisioner.ts'
import { disksSection, rootSection } from './root.ts'
import { runtimeSection, watchdogSection } from './runtime.ts'
import { diagnosisJson, diagnosisText, guarded } from './section.ts'

/**
 * Says how a node is, as the agent sees it, and what is wrong with it; changes nothing. For a running node, and for the
 * emergency shell of one that does not boot. Returns 1 when something is wrong.
 */
export const diagnose = async (json: boolean, print: (text: string) => void): Promise<number> => {
  const handover = leftHandover()
  // in the initramfs the manifest is there, and nothing of the running node yet
  const isRunning = !existsSync('/prelude/boot.json')
  const sections = await Promise.all([
    guarded('boot', () => bootSection(handover)),
    guarded('network', networkSection),
    guarded('root', rootSection),
    guarded('disks', disksSection),
    guarded('runtime', () => runtimeSection(isRunning && handover !== undefined)),
    guarded('watchdog', watchdogSection),
    ...(handover === undefined ? [] : [guarded('provisioner', () => provisionerSection(handover))]),
  ])
  print(json ? diagnosisJson(sections) : diagnosisText(sections))
  return sections.some(({ problems }) => problems.length > 0) ? 1 : 0
}
