import type { NodeStatus } from '../events/status.ts'

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const columns = ['Node', 'Stage', 'State', 'ms', 'Image', 'Seen', 'Message'] as const

const row = (status: NodeStatus): string => {
  const { node, stage = 'never seen', state = '', ms, image = '', seen = '', alarms, message = '' } = status
  const cells = [
    node,
    stage,
    state,
    ms === undefined ? '' : String(Math.round(ms)),
    image.replace(/(@sha256:.{12}).*/, '$1'),
    seen.slice(0, 19).replace('T', ' '),
    alarms.length > 0 ? `alarm: ${alarms.at(-1)}` : message,
  ]
  const kind = alarms.length > 0 ? 'alarm' : state
  return `<tr class="${escaped(kind)}">${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
}

/** The rows of the table; the page asks for them alone when something happened. */
export const statusRows = (statuses: readonly NodeStatus[]): string => statuses.map(row).join('\n')

/** The status of all nodes as a page that keeps itself current. */
export const statusPage = (statuses: readonly NodeStatus[], nonce: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Prelude: nodes</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif }
body { margin: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums }
td:nth-child(4) { text-align: right }
.ready td:nth-child(3) { color: #197b30 }
.failed td:nth-child(3), .alarm td:last-child { color: #c22 }
.degraded td:nth-child(3) { color: #a60 }
</style>
<h1>Nodes</h1>
<table>
<thead><tr>${columns.map((title) => `<th scope="col">${title}</th>`).join('')}</tr></thead>
<tbody aria-live="polite">
${statusRows(statuses)}
</tbody>
</table>
<script nonce="${nonce}">
const body = document.querySelector('tbody')
const refresh = async () => {
  const answer = await fetch('/status?rows')
  if (answer.ok) body.innerHTML = await answer.text()
}
const source = new EventSource('/events')
for (const kind of ['event', 'server', 'alarm']) source.addEventListener(kind, refresh)
setInterval(refresh, 30000)
</script>
</html>
`
