import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transform } from 'esbuild'

const src = new URL('../console/src/', import.meta.url)

export async function resolve(specifier, context, next) {
  let url = null
  if (specifier.startsWith('@/')) url = new URL(specifier.slice(2), src)
  else if (specifier.startsWith('.') && context.parentURL) url = new URL(specifier, context.parentURL)
  if (url && !/\.[a-z]+$/.test(url.pathname)) {
    const path = fileURLToPath(url)
    if (existsSync(path + '.ts')) return next(pathToFileURL(path + '.ts').href, context)
  }
  return next(url ? url.href : specifier, context)
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const text = await readFile(fileURLToPath(url), 'utf8')
  const out = await transform(text, { loader: 'ts', format: 'esm', sourcemap: 'inline' })
  return { format: 'module', source: out.code, shortCircuit: true }
}
