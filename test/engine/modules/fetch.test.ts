import { fetch } from '../../../engine/modules/fetch/fetch.ts'
import { runCases } from './cases.ts'

runCases(fetch)
