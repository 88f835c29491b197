// Lets `node --test` run our TypeScript on Node 20, which cannot strip types itself: esbuild
// (Vite's own) does. Also adds the ".ts" that bundlers let us leave out.
import { register } from 'node:module'
register('./ts-loader.mjs', import.meta.url)
