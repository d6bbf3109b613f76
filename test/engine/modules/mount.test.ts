import { mount } from '../../../engine/modules/mount/mount.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(mount, await rootSuite('mount'))
