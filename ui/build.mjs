// Builds everything that the binary embeds, into ui/dist: the console, then each further
// part that has a vite.config.ts of its own (the widget). Used by tools/ui_build.py.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const parts = ['vite.config.ts', 'widget/vite.config.ts']

await rm(here + 'dist', { recursive: true, force: true })
for (const part of parts) {
  if (existsSync(here + part))
    await build({ configFile: here + part, logLevel: 'warn' })
}
