import { pam_limits } from '../../../engine/modules/pam_limits/pam_limits.ts'
import { runCases } from './cases.ts'

runCases(pam_limits)
