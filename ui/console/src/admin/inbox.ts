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
/* One open stretch; a night is two. "24:00" is the end of a day, which a browser's clock field
 * knows only as "00:00". */
export interface Stretch {
  day: string
  from: string
  to: string
}
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export interface ChatForm {
  origins: string
  title: string
  has_hours: boolean
  zone: string
  days: Stretch[]
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

interface Hours {
  zone: string | null
  days: Stretch[]
}
function hoursForm(h: Hours | null | undefined): Pick<ChatForm, 'has_hours' | 'zone' | 'days'> {
  return {
    has_hours: !!h,
    zone: h?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    days: h
      ? h.days.map((d) => ({ ...d, to: d.to === '24:00' ? '00:00' : d.to }))
      : DAYS.slice(0, 5).map((day) => ({ day, from: '09:00', to: '17:00' })),
  }
}

export function chatForm(s: Record<string, unknown>): ChatForm {
  const origins = Array.isArray(s.origins) ? s.origins : []
  return {
    origins: origins.join('\n'),
    title: String(s.title ?? ''),
    ...hoursForm(s.hours as Hours | null | undefined),
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
    title: f.title.trim() || null,
    hours: f.has_hours
      ? { zone: f.zone.trim() || null, days: f.days.map((d) => ({ ...d, to: d.to === '00:00' ? '24:00' : d.to })) }
      : null,
    greeting: f.greeting.trim() || null,
    away_text: f.away_text.trim() || null,
    color: f.color,
    require_identity: f.require_identity,
    needs_email_when_away: f.needs_email_when_away,
  }
}

export const scriptTag = (origin: string, token: string) =>
  `<script src="${origin}/widget.js" data-inbox="${token}" async><\/script>`
