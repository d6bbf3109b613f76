import { yum_repository } from '../../../engine/modules/yum_repository/yum_repository.ts'
import { runCases } from './cases.ts'

runCases(yum_repository)
