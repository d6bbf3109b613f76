import { dracut } from '../../../engine/modules/dracut/dracut.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(dracut, await rootSuite('dracut'))
