import { join } from 'node:path'
import { rpm_key } from '../../../engine/modules/rpm_key/rpm_key.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

// A query alone makes rpm write to its database.
const ignore = /^\.\/(root\/?|root\/\.rpmdb.*|var\/lib\/rpm.*|var\/lib) /

runRootCases(rpm_key, casesOf('rpm_key', { $KEYS: join(import.meta.dirname, 'keys') }) as readonly RootCase[], {
  prepare: ({ run }) => run('rm -rf /var/lib/rpm /root/.rpmdb; rpm --initdb'),
  ignore,
})
