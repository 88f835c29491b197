// The settings of an inbox as its form holds them, and back into the channel's JSON. Pure.

export interface Server {
  host: string
  port: number | '' // empty: the usual one
  security: 'tls' | 'starttls' | 'none'
  user: string
  password: string
  ca_file: string
  allow_plain: boolean
}
export interface MailForm {
  address: string
  name: string
  signature: string
  subaddress: boolean
  imap: Server
  smtp: Server
}
export interface ChatForm {
  origins: string
  greeting: string
  away_text: string
  color: string
  require_identity: boolean
  needs_email_when_away: boolean
}

const server = (from: unknown, security: Server['security']): Server => ({
  host: '',
  port: '',
  user: '',
  password: '',
  ca_file: '',
  allow_plain: false,
  security,
  ...withoutZero((from ?? {}) as Partial<Server>),
})
const withoutZero = (s: Partial<Server>): Partial<Server> => ({ ...s, port: s.port || '' })

export function mailForm(s: Record<string, unknown>): MailForm {
  return {
    address: String(s.address ?? ''),
    name: String(s.name ?? ''),
    signature: String(s.signature ?? ''),
    subaddress: !!s.subaddress,
    imap: server(s.imap, 'tls'),
    smtp: server(s.smtp, 'starttls'),
  }
}

/* Empty fields are left out; an empty password of a known inbox means "as it is". */
function serverJson(s: Server, isNew: boolean): Record<string, unknown> | undefined {
  if (!s.host.trim()) return undefined
  const out: Record<string, unknown> = { host: s.host.trim(), security: s.security }
  if (s.port) out.port = Number(s.port)
  if (s.user.trim()) out.user = s.user.trim()
  if (s.password || !isNew || s.user.trim()) out.password = s.password
  if (s.ca_file.trim()) out.ca_file = s.ca_file.trim()
  if (s.allow_plain) out.allow_plain = true
  return out
}

export function mailJson(f: MailForm, before: Record<string, unknown>, isNew: boolean): Record<string, unknown> {
  const out: Record<string, unknown> = { ...before, address: f.address.trim() }
  const set = (k: string, v: unknown) => (v ? (out[k] = v) : delete out[k])
  set('name', f.name.trim())
  set('signature', f.signature.trim())
  set('subaddress', f.subaddress)
  set('imap', serverJson(f.imap, isNew))
  set('smtp', serverJson(f.smtp, isNew))
  return out
}

export function chatForm(s: Record<string, unknown>): ChatForm {
  const origins = Array.isArray(s.origins) ? s.origins : []
  return {
    origins: origins.join('\n'),
    greeting: String(s.greeting ?? ''),
    away_text: String(s.away_text ?? ''),
    color: String(s.color ?? '#0f766e'),
    require_identity: !!s.require_identity,
    needs_email_when_away: s.needs_email_when_away !== false,
  }
}

export function chatJson(f: ChatForm, before: Record<string, unknown>): Record<string, unknown> {
  return {
    ...before,
    origins: f.origins
      .split(/[\s,]+/)
      .map((o) => o.trim())
      .filter(Boolean),
    greeting: f.greeting.trim() || null,
    away_text: f.away_text.trim() || null,
    color: f.color,
    require_identity: f.require_identity,
    needs_email_when_away: f.needs_email_when_away,
  }
}

export const scriptTag = (origin: string, token: string) =>
  `<script src="${origin}/widget.js" data-inbox="${token}" async><\/script>`
