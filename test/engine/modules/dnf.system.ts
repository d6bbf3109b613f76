import { dnf } from '../../../engine/modules/dnf/dnf.ts'
import cases from './dnf.json' with { type: 'json' }
import { type RootCase, runRootCases } from './rootcases.ts'
import { makeRpmRepository } from './rpmrepository.ts'

const repository = makeRpmRepository()
process.on('exit', repository.remove)

const located = JSON.parse(JSON.stringify(cases).replaceAll('$REPOSITORY', repository.directory)) as RootCase[]

// Even a dnf that only looks writes logs, caches and its history.
const ignore = /^\.\/(root\/\.rpmdb|var\/(lib\/(dnf|rpm)|log|tmp)|var\/lib d|srv)/

runRootCases(dnf, located, { prepare: repository.use, ignore })
