import type { NodeStatus } from '../events/status.ts'
import { type Condition, conditions, countText, isTrouble, statusWords } from '../events/words.ts'

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const columns = ['Node', 'Condition', 'Stage', 'ms', 'Try', 'Image', 'Seen', 'Message'] as const

type Line = { readonly status: NodeStatus; readonly words: ReturnType<typeof statusWords> }

const row = ({ status, words }: Line): string => {
  const { node, stage = '', state = '', ms, attempts, image = '', alarms } = status
  const cells = [
    node,
    words.condition,
    `${stage} ${state}`.trim(),
    ms === undefined ? '' : String(Math.round(ms)),
    attempts === undefined ? '' : String(attempts),
    image.replace(/(@sha256:.{12}).*/, '$1'),
    words.seen,
    words.message,
  ]
  const kind = alarms.length > 0 ? 'alarm' : words.condition.replace(' ', '-')
  return `<tr class="${kind}">${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
}

const rank = ({ status, words }: Line): number => (status.alarms.length > 0 ? -1 : conditions.indexOf(words.condition))

/** What changes on the page, which asks for it alone when something happened: how many are how, then each node, the worst first. */
export const statusBody = (statuses: readonly NodeStatus[], now: Date): string => {
  const lines = statuses.map((status) => ({ status, words: statusWords(status, now) }))
  const counts = countText(lines.map(({ words }): Condition => words.condition))
  const trouble = lines.filter(({ status, words }) => isTrouble(status, words)).length
  return `<p class="${trouble > 0 ? 'trouble' : 'well'}">${escaped(counts || 'no nodes')}</p>
<table>
<thead><tr>${columns.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>
<tbody>
${lines
  .toSorted((one, other) => rank(one) - rank(other))
  .map(row)
  .join('\n')}
</tbody>
</table>`
}

/** The status of all nodes as a page that keeps itself current. */
export const statusPage = (statuses: readonly NodeStatus[], nonce: string, now: Date): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Prelude: nodes</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; --bad: light-dark(#b3261e, #ff8a80); --odd: light-dark(#8a5a00, #ffc060); --good: light-dark(#197b30, #7fd48f); --dim: light-dark(#667, #99a) }
body { margin: 1.5rem 2rem }
h1 { font-size: 1.3rem; margin: 0 }
p { margin: .3rem 0 1rem }
table { border-collapse: collapse; width: 100% }
th { position: sticky; top: 0; background: Canvas; color: var(--dim); font-weight: 600 }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.2rem .3rem 0; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums; white-space: nowrap }
th:nth-child(4), td:nth-child(4), th:nth-child(5), td:nth-child(5) { text-align: right }
td:first-child { font-weight: 600 }
td:nth-child(6) { color: var(--dim) }
td:last-child { white-space: normal; overflow-wrap: anywhere; min-width: 20rem }
.ready td:nth-child(2), .well { color: var(--good) }
.failed td:nth-child(2), .silent td:nth-child(2), .alarm td:nth-child(2), .alarm td:last-child, .trouble { color: var(--bad) }
.degraded td:nth-child(2) { color: var(--odd) }
.stopped, .never-seen { color: var(--dim) }
#lost { color: var(--bad) }
</style>
<h1>Nodes</h1>
<div id="lost" role="alert" hidden>The provisioner does not answer; what you see is old.</div>
<main aria-live="polite">
${statusBody(statuses, now)}
</main>
<script nonce="${nonce}">
const main = document.querySelector('main')
const lost = document.getElementById('lost')
// what happens to many nodes at once is shown once
let isAsking = false, isOld = false
const refresh = async () => {
  isOld = true
  if (isAsking) return
  isAsking = true
  while (isOld) {
    isOld = false
    try {
      const answer = await fetch('/status?rows')
      lost.hidden = answer.ok
      if (answer.ok) main.innerHTML = await answer.text()
    } catch {
      lost.hidden = false
    }
    await new Promise((resolve) => setTimeout(resolve, 2000))
  }
  isAsking = false
}
const source = new EventSource('/events')
for (const kind of ['event', 'server', 'alarm']) source.addEventListener(kind, refresh)
setInterval(refresh, 15000)
</script>
</html>
`
