// Mail HTML made harmless a second time (the server did it once): DOMPurify, then a document of
// its own for a sandboxed frame that runs no script and, until asked, fetches nothing.
import DOMPurify from 'dompurify'
import type { Attachment } from '@/api/types'

export interface Frame {
  html: string
  remote: number // pictures held back
}

const FORBIDDEN = ['style', 'form', 'input', 'button', 'textarea', 'select', 'iframe', 'frame', 'object', 'embed', 'svg', 'math', 'link', 'meta', 'base', 'audio', 'video', 'source', 'picture']

const isRemote = (url: string) => /^(https?:)?\/\//i.test(url.trim())

const safeDecode = (s: string) => {
  try {
    return decodeURIComponent(s)
  } catch {
    return s
  }
}

/* What the server marked as quoted history goes into a fold; a fold needs no script. */
function fold(doc: HTMLElement, words: string) {
  for (const quote of doc.querySelectorAll('[data-quote]')) {
    if (quote.parentElement?.closest('[data-quote]')) continue
    const details = document.createElement('details')
    const summary = document.createElement('summary')
    summary.textContent = words
    quote.replaceWith(details)
    details.append(summary, quote)
  }
}

export function mailFrame(html: string, attachments: Attachment[], withRemote: boolean, words: string): Frame {
  const doc = DOMPurify.sanitize(html, {
    RETURN_DOM: true,
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ['srcset', 'ping', 'background', 'poster'],
    ALLOW_DATA_ATTR: true,
  }) as unknown as HTMLElement
  fold(doc, words)
  let remote = 0
  for (const img of doc.querySelectorAll('img')) {
    // The server has put remote addresses into data-src, and parts of the mail into data-cid.
    const cid = img.dataset.cid ?? /^cid:(.+)/i.exec(img.getAttribute('src') ?? '')?.[1]
    const src = img.getAttribute('src') ?? img.dataset.src ?? ''
    if (cid) {
      const id = safeDecode(cid).replace(/^<|>$/g, '')
      const found = attachments.find((a) => a.content_id?.replace(/^<|>$/g, '') === id)
      if (found) img.setAttribute('src', new URL(found.url, location.href).href)
      else img.removeAttribute('src')
    } else if (isRemote(src)) {
      remote++
      if (withRemote) img.setAttribute('src', src)
      else img.removeAttribute('src')
      img.setAttribute('referrerpolicy', 'no-referrer')
    } else if (!/^data:image\/(png|jpeg|gif|webp);/i.test(src)) img.removeAttribute('src')
  }
  for (const el of doc.querySelectorAll<HTMLElement>('[style]')) {
    const style = el.getAttribute('style') ?? ''
    if (/url\s*\(|expression|@import|position\s*:\s*(fixed|sticky)/i.test(style)) el.removeAttribute('style')
  }
  for (const a of doc.querySelectorAll('a[href]')) {
    if (!/^(https?:|mailto:|tel:)/i.test(a.getAttribute('href') ?? '')) a.removeAttribute('href')
    a.setAttribute('target', '_blank')
    a.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  const pictures = `data: ${location.origin}${withRemote ? ' https: http:' : ''}`
  const csp = `default-src 'none'; style-src 'unsafe-inline'; img-src ${pictures}; base-uri 'none'; form-action 'none'`
  return {
    remote,
    // Mail is written for white paper: it keeps it, in dark too.
    html: `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${csp}"><meta name="referrer" content="no-referrer"><style>html{color-scheme:light}body{margin:12px;font:14px/1.5 Inter,system-ui,sans-serif;color:#1f2328;background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}summary{cursor:pointer;margin:8px 0;color:#5c636e;font-size:12px}blockquote{margin:8px 0;padding-left:10px;border-left:2px solid #e4e1da;color:#5c636e}</style></head><body>${doc.innerHTML}</body></html>`,
  }
}
