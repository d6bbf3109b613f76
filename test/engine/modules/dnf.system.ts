import { dnf } from '../../../engine/modules/dnf/dnf.ts'
import { runRootCases } from './rootcases.ts'
import { rootSuite } from './rootsuites.ts'

runRootCases(dnf, await rootSuite('dnf'))
