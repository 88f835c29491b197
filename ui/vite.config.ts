// The console (agents). The widget has its own file, widget/vite.config.ts, because it is one
// plain script; both write into ui/dist, which tools/embed.py puts into the binary.
import { fileURLToPath } from 'node:url'
import { defineConfig, type PluginOption } from 'vite'
import vue from '@vitejs/plugin-vue'
import tailwindcss from '@tailwindcss/vite'
import i18n from '@intlify/unplugin-vue-i18n/vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const server = process.env.ANTIPHON_URL

/* Without ANTIPHON_URL, `npm run dev` answers /api itself with made-up data. Never built in. */
async function mock(): Promise<PluginOption> {
  if (server || process.env.npm_lifecycle_event !== 'dev') return null
  const { mockPlugin } = await import('./dev/mock')
  return mockPlugin()
}

export default defineConfig(async () => ({
  root: here + 'console',
  plugins: [
    vue(),
    tailwindcss(),
    // Messages become functions at build time: no eval in the browser (CSP script-src 'self').
    i18n({ include: [here + 'console/src/i18n/*.json'], strictMessage: false }),
    await mock(),
  ],
  resolve: { alias: { '@': here + 'console/src' } },
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  worker: { format: 'es' as const },
  server: server
    ? { proxy: { '/api': server, '/chat': server, '/files': server, '/widget.js': server, '/demo/phone': server } }
    : {},
  build: {
    outDir: here + 'dist',
    emptyOutDir: false,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify)\//.test(id) ? 'vue' : undefined,
      },
    },
  },
}))
