// Prints what each built file weighs on the wire.
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
let total = 0
for (const f of readdirSync(dist, { recursive: true }).sort()) {
  if (!/\.(js|css|html|svg)$/.test(f)) continue
  const n = gzipSync(readFileSync(dist + f), { level: 9 }).length
  total += n
  console.log(`${(n / 1000).toFixed(1).padStart(8)} kB  ${f}`)
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  together, gzip'd, without fonts`)
