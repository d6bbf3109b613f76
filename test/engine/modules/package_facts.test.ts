import { package_facts } from '../../../engine/modules/package_facts/package_facts.ts'
import { runCases } from './cases.ts'

runCases(package_facts)
