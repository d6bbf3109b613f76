import { sefcontext } from '../../../engine/modules/sefcontext/sefcontext.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(sefcontext, await rootSuite('sefcontext'))
