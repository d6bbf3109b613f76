import { systemd } from '../../../engine/modules/systemd/systemd.ts'
import { demoUnits } from './demounits.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './systemd.json' with { type: 'json' }

runRootCases(systemd, cases as RootCase[], { prepare: demoUnits })
