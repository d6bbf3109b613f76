import { service } from '../../../engine/modules/service/service.ts'
import { demoScript, demoUnits } from './demounits.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './service.json' with { type: 'json' }

runRootCases(service, cases as RootCase[], {
  prepare: (root) => {
    demoUnits(root)
    demoScript(root)
  },
})
