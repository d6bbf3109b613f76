// Cuts a node's power again and again while mkdisk works and while the boot goes on: `npm run soak:mkdisk`.
// CUTS (50), SEED (1), MINUTES (60), after which no further cut is made, and LAYOUT (mirrors; or parity, which is raid5, raid6
// with btrfs and raid10) are in the environment. Prints a line for each boot; 1 when one did not come up, or lost what was safe.
import { cutPower, layouts } from '../../test/agent/mkdisk/cuts.ts'

const isLayout = (one: string): one is keyof typeof layouts => one in layouts
const numberOf = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const [count, seed, minutes] = [numberOf('CUTS', 50), numberOf('SEED', 1), numberOf('MINUTES', 60)]
const name = process.env['LAYOUT'] ?? 'mirrors'
if (!isLayout(name)) throw new Error(`LAYOUT is one of ${Object.keys(layouts).join(', ')}`)
const start = performance.now()
const seconds = (): number => Math.round((performance.now() - start) / 1000)

console.log(`${count} power cuts of ${name}, seed ${seed}`)
const { cuts, problem } = await cutPower(layouts[name], count, seed, {
  until: start + minutes * 60_000,
  tell: ({ boot, kind, writes, lost, during }) =>
    console.log(`${seconds()} s  boot ${boot} (${kind}): ${writes} writes, ${lost} pages lost, during: ${during}`),
})
if (problem !== undefined) {
  console.error(problem)
  process.exitCode = 1
}
const within = cuts.filter(({ during }) => during.startsWith('mkdisk')).length
console.log(
  `${cuts.length - 1} power cuts in ${seconds()} s, ${within} of them in mkdisk: ${problem === undefined ? 'each next boot came up, nothing was lost' : 'FAILED'}`,
)
