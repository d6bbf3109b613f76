import { dump, parseDump } from './dump.ts'
import type { Family } from './family.ts'

const directory = '/sys/class/dmi/id'

/** Fact and file of the firmware's tables. */
const files: Readonly<Record<string, string>> = {
  bios_date: 'bios_date',
  bios_vendor: 'bios_vendor',
  bios_version: 'bios_version',
  board_asset_tag: 'board_asset_tag',
  board_name: 'board_name',
  board_serial: 'board_serial',
  board_vendor: 'board_vendor',
  board_version: 'board_version',
  chassis_asset_tag: 'chassis_asset_tag',
  chassis_serial: 'chassis_serial',
  chassis_vendor: 'chassis_vendor',
  chassis_version: 'chassis_version',
  form_factor: 'chassis_type',
  product_name: 'product_name',
  product_serial: 'product_serial',
  product_uuid: 'product_uuid',
  product_version: 'product_version',
  system_vendor: 'sys_vendor',
}

/** SMBIOS chassis types, by number. */
const formFactors = [
  ...['Unknown', 'Other', 'Unknown', 'Desktop', 'Low Profile Desktop', 'Pizza Box', 'Mini Tower', 'Tower', 'Portable'],
  ...['Laptop', 'Notebook', 'Hand Held', 'Docking Station', 'All In One', 'Sub Notebook', 'Space-saving', 'Lunch Box'],
  ...['Main Server Chassis', 'Expansion Chassis', 'Sub Chassis', 'Bus Expansion Chassis', 'Peripheral Chassis'],
  ...['RAID Chassis', 'Rack Mount Chassis', 'Sealed-case PC', 'Multi-system', 'CompactPCI', 'AdvancedTCA', 'Blade'],
  ...['Blade Enclosure', 'Tablet', 'Convertible', 'Detachable', 'IoT Gateway', 'Embedded PC', 'Mini PC', 'Stick PC'],
]

/** Maker, model and serial numbers; `NA` where the firmware tells nothing or the user may not read it. */
export const dmi: Family = {
  name: 'dmi',
  facts: Object.keys(files),
  command: dump(...Object.values(files).map((file) => `${directory}/${file}`)),
  parse(output) {
    const found = parseDump(output)
    const facts = Object.entries(files).map(([fact, file]) => [fact, found.get(`${directory}/${file}`)?.trim() || 'NA'])
    const all: Record<string, string> = Object.fromEntries(facts)
    return { ...all, form_factor: formFactors[Number(all['form_factor'])] ?? 'NA' }
  },
}
