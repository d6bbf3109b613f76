import { timezone } from '../../../engine/modules/timezone/timezone.ts'
import { type RootCase, runRootCases } from './rootcases.ts'
import cases from './timezone.json' with { type: 'json' }

runRootCases(timezone, cases as RootCase[])
