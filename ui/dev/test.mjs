// Runs every *.test.ts of the UI with node's own runner. (Node 20 takes no globs.)
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('..', import.meta.url))
const files = ['console', 'widget']
  .filter((d) => existsSync(here + d))
  .flatMap((d) => readdirSync(here + d, { recursive: true }).map((f) => `${d}/${f}`))
  .filter((f) => f.endsWith('.test.ts'))
const run = spawnSync(process.execPath, ['--test', '--import', './dev/ts-hook.mjs', ...files], {
  cwd: here,
  stdio: 'inherit',
})
process.exit(run.status ?? 1)
