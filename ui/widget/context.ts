// What the agent is told of the customer's side, beside the words. Little, and all of it shown
// to the customer before it is sent.
import { MAX_CONTEXT, MAX_CONTEXT_CHARS, type Context } from './types'

/** Browser and system in words a person says: no user agent strings, no fingerprints. */
export function deviceOf(ua: string): string {
  const browser =
    /Edg\//.test(ua) ? 'Edge'
    : /OPR\//.test(ua) ? 'Opera'
    : /Firefox\/|FxiOS/.test(ua) ? 'Firefox'
    : /Chrome\/|CriOS/.test(ua) ? 'Chrome'
    : /Safari\//.test(ua) ? 'Safari'
    : ''
  const system =
    /iPhone/.test(ua) ? 'iPhone'
    : /iPad/.test(ua) ? 'iPad'
    : /Android/.test(ua) ? 'Android'
    : /Windows/.test(ua) ? 'Windows'
    : /Mac OS X/.test(ua) ? 'Mac'
    : /CrOS/.test(ua) ? 'ChromeOS'
    : /Linux/.test(ua) ? 'Linux'
    : ''
  return [browser, system].filter(Boolean).join(', ')
}

/** Strings only, short, few: what the server takes. Objects are left out, numbers written. */
export function clean(given: Record<string, unknown>): Context {
  const out: Context = {}
  for (const [k, v] of Object.entries(given).slice(0, MAX_CONTEXT)) {
    if (v === null || v === undefined || typeof v === 'object' || typeof v === 'function') continue
    const text = String(v).trim().slice(0, MAX_CONTEXT_CHARS)
    if (text && k) out[k.slice(0, 60)] = text
  }
  return out
}

/** The page's own words win over our guess. */
export function contextOf(page: Context, nav: { userAgent: string; language: string }, address: string): Context {
  const device = deviceOf(nav.userAgent)
  // The path without query or fragment: those may hold a search, a token, a name.
  const where = address.replace(/[?#].*$/, '')
  return clean({
    ...(device && { device }),
    ...(nav.language && { language: nav.language }),
    ...page,
    ...(where && { page: where }),
  })
}
