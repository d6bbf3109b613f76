import { apt } from '../../../engine/modules/apt/apt.ts'
import cases from './apt.json' with { type: 'json' }
import { makeAptRepository } from './aptrepository.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

const repository = makeAptRepository()
process.on('exit', repository.remove)

const located = JSON.parse(JSON.stringify(cases).replaceAll('$REPOSITORY', repository.directory)) as RootCase[]

runRootCases(apt, located, { prepare: repository.use })
