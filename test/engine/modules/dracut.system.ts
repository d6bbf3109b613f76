import { dracut } from '../../../engine/modules/dracut/dracut.ts'
import { casesOf } from './cases.ts'
import { type RootCase, runRootCases } from './rootcases.ts'

// By the real dracut, for kernels that have no more than their names.
runRootCases(dracut, casesOf('dracut') as readonly RootCase[], {
  packages: ['dracut-core', 'kmod', 'cpio'],
  prepare: ({ run }) => run('mkdir -p /lib/modules/6.1.0-9 /lib/modules/6.1.0-10; depmod 6.1.0-9; depmod 6.1.0-10'),
  ignore: /\.\/(?:var\/tmp|run|tmp)/,
})
