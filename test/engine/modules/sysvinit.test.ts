import { sysvinit } from '../../../engine/modules/sysvinit/sysvinit.ts'
import { demoScript } from './demounits.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './sysvinit.json' with { type: 'json' }

runRootCases(sysvinit, cases as RootCase[], { prepare: demoScript })
