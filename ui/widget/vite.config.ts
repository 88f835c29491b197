// The customer's chat: one plain script, /widget.js, for any page. ../vite.config.ts is the console's.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))

export default defineConfig({
  root: here,
  publicDir: here + 'public',
  build: {
    outDir: here + '../dist',
    emptyOutDir: false,
    // Container queries and Web Locks set the floor: browsers from 2022 on.
    target: 'es2020',
    lib: { entry: here + 'main.ts', formats: ['iife'], name: 'antiphonWidget', fileName: () => 'widget.js' },
  },
})
