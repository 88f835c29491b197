// Where does the new part of a mail end and the quoted history begin? Pure.

const INTRO = [
  /^On .{4,200} wrote:\s*$/,
  /^Am .{4,200} schrieb.{0,120}:\s*$/,
  /^Le .{4,200} a écrit\s?:\s*$/,
  /^El .{4,200} escribió:\s*$/,
  /^Em .{4,200} escreveu:\s*$/,
  /^Il .{4,200} ha scritto:\s*$/,
  /^Op .{4,200} schreef.{0,120}:\s*$/,
  /^-{2,}\s*(Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original)\s*-{2,}\s*$/i,
  /^_{20,}\s*$/,
]

export interface Parts {
  said: string
  quoted: string // '' if there is none
}

/* `at`: where the server found the history [UTF-16 units], if it looked; else we look. */
export function splitQuoted(text: string, at?: unknown): Parts {
  if (typeof at === 'number' && at > 0 && at < text.length && text.slice(0, at).trim())
    return { said: text.slice(0, at).trimEnd(), quoted: text.slice(at).trim() }
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const l = lines[i]!
    // "On … wrote:" may be broken over two lines.
    const two = l + ' ' + (lines[i + 1] ?? '')
    const starts = INTRO.some((r) => r.test(l)) || (/^(On|Am|Le|El) /.test(l) && INTRO.some((r) => r.test(two)))
    const onlyQuotes =
      l.startsWith('>') && lines.slice(i).every((x) => x.startsWith('>') || x.trim() === '')
    if (!starts && !onlyQuotes) continue
    const said = lines.slice(0, i).join('\n').trimEnd()
    // A message that is nothing but a quote is shown whole.
    if (!said.trim()) return { said: text, quoted: '' }
    return { said, quoted: lines.slice(i).join('\n').trim() }
  }
  return { said: text, quoted: '' }
}

export interface Piece {
  text: string
  href?: string
}

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi

/* Text in pieces, web and mail addresses with a safe href. */
export function linkify(text: string): Piece[] {
  const pieces: Piece[] = []
  let last = 0
  for (const m of text.matchAll(LINK)) {
    let hit = m[0].replace(/[.,;:!?…]+$/, '')
    if (hit.endsWith(')') && !hit.includes('(')) hit = hit.slice(0, -1)
    if (!hit) continue
    if (m.index > last) pieces.push({ text: text.slice(last, m.index) })
    const href = /^https?:/i.test(hit)
      ? hit
      : hit.includes('@') && !/^www\./i.test(hit)
        ? 'mailto:' + hit
        : 'https://' + hit
    pieces.push({ text: hit, href })
    last = m.index + hit.length
  }
  if (last < text.length) pieces.push({ text: text.slice(last) })
  return pieces
}
