import { cron } from '../../../engine/modules/cron/cron.ts'
import cases from './cron.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'

runRootCases(cron, cases as RootCase[])
