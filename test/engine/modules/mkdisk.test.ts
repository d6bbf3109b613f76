import { mkdisk } from '../../../engine/modules/mkdisk/mkdisk.ts'
import { runCases } from './cases.ts'

// What mkdisk itself does is tested in guests with disks, test/agent/mkdisk; the module on disks in test/engine/guest.system.ts.
runCases(mkdisk)
