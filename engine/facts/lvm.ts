import { verbatim } from '../command.ts'
import type { Facts, Family } from './family.ts'

const options = '--noheadings --nosuffix --units g --separator ,'

/** Logical volumes, volume groups and physical volumes, with sizes in GiB as text; `N/A` for users who may not see them. */
export const lvm: Family = {
  name: 'lvm',
  facts: ['lvm'],
  command: verbatim(`[ "$(id -u)" = 0 ] && command -v vgs >/dev/null || exit
echo lvm
vgs ${options} -o vg_name,pv_count,lv_count,vg_size,vg_free | sed 's/^ */vg,/'
lvs ${options} -o lv_name,vg_name,lv_size | sed 's/^ */lv,/'
pvs ${options} -o pv_name,vg_name,pv_size,pv_free | sed 's/^ */pv,/'`),
  parse(output) {
    const [first, ...lines] = output.trim().split('\n')
    if (first !== 'lvm') return { lvm: 'N/A' }
    const vgs: Facts = {}
    const lvs: Facts = {}
    const pvs: Facts = {}
    for (const line of lines) {
      const [kind, name = '', ...rest] = line.split(',')
      const [one, two, three, four] = rest
      if (kind === 'vg') vgs[name] = { num_pvs: one, num_lvs: two, size_g: three, free_g: four }
      else if (kind === 'lv') lvs[name] = { vg: one, size_g: two }
      else if (kind === 'pv') pvs[name] = { vg: one, size_g: two, free_g: three }
    }
    return { lvm: { lvs, vgs, pvs } }
  },
}
