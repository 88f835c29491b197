// The demo desk's words (src/demo/desk.jsonl) as the API would show them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Agent, Bucket, Contact, Count, Inbox, Key, Kind, Message, SearchHit, SpoolItem, Status, Tag, Team, Ticket } from '../console/src/api/types'

const FILE = fileURLToPath(new URL('../../src/demo/desk.jsonl', import.meta.url))
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const LABEL: Record<string, string> = { email: 'mail', webchat: 'chat', api: 'API' }

export type World = ReturnType<typeof load>

export function load() {
  const lines = readFileSync(FILE, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l) as Record<string, any>)
  let next = 1000
  const id = () => ++next
  const agents: (Agent & { key: string })[] = []
  const teams: Team[] = []
  const inboxes: (Inbox & { key: string })[] = []
  const contacts: (Contact & { key: string; context: Record<string, string> })[] = []
  const tickets: Ticket[] = []
  const messages: Message[] = []
  const drafts: { ticket_id: number; kind: 'reply' | 'note'; text: string; updated_at: string }[] = []
  const quarantine: SpoolItem[] = []
  const tags: Tag[] = []
  const statuses: Status[] = (['new', 'open', 'pending', 'hold', 'solved', 'closed'] as const).map((key, i) => ({
    id: i + 1, key, name: ['New', 'Open', 'Pending', 'On hold', 'Solved', 'Closed'][i]!, category: key, position: i + 1,
  }))
  const team = (name?: string) => {
    if (!name) return null
    let t = teams.find((x) => x.name === name)
    if (!t) teams.push((t = { id: id(), name, agent_ids: [], created_at: ago(9e4), rev: 1 }))
    return t
  }
  const make: Record<string, (d: any) => void> = {
    agent(d) {
      const a = { key: d.key, id: id(), name: d.name, email: d.email, role: d.role, locale: d.locale, is_active: true, is_invited: false, sees_all: true, inbox_ids: [], team_ids: [], created_at: ago(9e4) }
      agents.push(a)
      for (const n of d.teams ?? []) team(n)!.agent_ids.push(a.id)
    },
    inbox(d) {
      inboxes.push({ key: d.key, id: id(), name: d.name, channel: d.channel, channel_label: LABEL[d.channel] ?? d.channel, settings: d.channel === 'webchat' ? { origins: ['https://tidewren.example'] } : d.address ? { address: d.address, imap: { host: 'imap.tidewren.example', security: 'tls', user: d.address, password: '' } } : {}, team_id: null, is_active: true, is_demo: true, health: null, promise: 0.98, created_at: ago(9e4), rev: 1, widget_token: d.channel === 'webchat' ? 'wt_5f0c9b1e7a6d' : null, identity_secret: d.channel === 'webchat' ? 'c0ffee'.repeat(10) : null })
    },
    contact(d) {
      const { key, name, email, locale, plan, device, os, os_version, app_version, region } = d
      contacts.push({ key, id: id(), name, email, locale, phone: d.phone ?? null, attributes: { since: '2019' }, identities: [], created_at: ago(3e5), updated_at: ago(60), rev: 1, context: { plan, device, os, os_version, app_version, region } as any })
    },
    ticket(d) {
      const inbox = inboxes.find((i) => i.key === d.inbox)!
      const c = contacts.find((x) => x.key === d.contact)!
      const a = agents.find((x) => x.key === d.assignee)
      if (!c.identities.some((i) => i.inbox_id === inbox.id)) c.identities.push({ inbox_id: inbox.id, channel: inbox.channel, external_id: inbox.channel === 'email' ? c.email! : 'visitor-' + c.id, state: inbox.channel === 'email' ? 'verified' : inbox.channel === 'webchat' ? 'claimed' : 'unknown' })
      const s = statuses.find((x) => x.key === d.status) ?? statuses[1]!
      for (const n of d.tags ?? []) if (!tags.some((x) => x.name === n)) tags.push({ id: id(), name: n })
      tickets.push({ id: id(), number: 1000 + tickets.length, subject: d.subject ?? '', status: s.key, status_name: s.name, status_category: s.category, is_spam: !!d.is_spam, is_deleted: !!d.is_deleted, snoozed_until: d.snooze_min ? ago(-d.snooze_min) : null, priority: d.priority ?? 'normal', category: d.category ?? null, inbox_id: inbox.id, inbox_name: inbox.name, channel: inbox.channel, channel_label: inbox.channel_label, contact: { id: c.id, name: c.name, email: c.email }, assignee_id: a?.id ?? null, assignee_name: a?.name ?? null, team_id: team(d.team)?.id ?? null, tags: d.tags ?? [], waiting_since: null, created_at: ago(0), updated_at: ago(0), solved_at: null, last_at: ago(0), last_kind: 'incoming', last_author: '', preview: '', unread: !!d.is_unread, messages: 0, linked_id: null, is_automatic: false, is_imported: false, rev: 1 })
    },
    message(d) {
      const t = tickets.at(-1)!
      const c = contacts.find((x) => x.id === t.contact.id)!
      const by = agents.find((x) => x.key === (d.by ?? d.author)) ?? agents.find((x) => x.id === t.assignee_id) ?? agents[0]!
      const mine = d.kind === 'incoming'
      if (!t.subject) t.subject = String(d.text ?? '').split(/[.!?\n]/)[0]!.slice(0, 60)
      messages.push({ id: id(), ticket_id: t.id, kind: d.kind, text: d.text ?? '', has_html: !!d.html || (mine && t.channel === 'email' && t.id % 2 === 0), author: mine ? { kind: 'contact', id: c.id, name: c.name } : d.kind === 'activity' ? { kind: 'agent', id: by.id, name: by.name } : { kind: 'agent', id: by.id, name: by.name }, state: mine ? 'received' : d.kind === 'reply' ? (d.state ?? 'delivered') : 'stored', state_text: d.state_text ?? null, created_at: ago(d.age_min ?? 5), context: mine ? c.context : null, meta: d.meta ?? null, attachments: (d.files ?? []).map((f: string, n: number) => ({ n, name: f, type: 'application/pdf', bytes: 48210, url: '/mark.svg', is_inline: false })) })
      settle(t)
    },
    draft(d) {
      drafts.push({ ticket_id: tickets.at(-1)!.id, kind: d.kind, text: d.text, updated_at: ago(3) })
    },
    broken(d) {
      const i = inboxes.find((x) => x.key === d.inbox)!
      quarantine.push({ id: id(), inbox_id: i.id, inbox_name: i.name, external_id: `INBOX/1700000000/${next}`, bytes: d.raw.length, error: d.error, created_at: ago(d.age_min) })
    },
  }
  function settle(t: Ticket) {
    const all = messages.filter((m) => m.ticket_id === t.id)
    const said = all.filter((m) => m.kind !== 'activity')
    const last = said.at(-1)!
    if (!last) return
    const answered = said.findLastIndex((m) => m.kind === 'reply')
    const waiting = said.slice(answered + 1).find((m) => m.kind === 'incoming')
    const rests = ['solved', 'closed', 'pending'].includes(t.status_category)
    Object.assign(t, { messages: said.length, last_at: last.created_at, last_kind: last.kind, last_author: last.author.name, preview: last.text.slice(0, 160).replaceAll('\n', ' '), created_at: all[0]!.created_at, waiting_since: !rests && waiting ? waiting.created_at : null })
  }
  for (const l of lines) {
    const kind = Object.keys(l)[0]!
    make[kind]?.(l[kind])
  }
  tickets.sort((a, b) => a.created_at.localeCompare(b.created_at)).forEach((t) => {
    const old = t.id
    t.id = id()
    for (const m of messages) if (m.ticket_id === old) m.ticket_id = t.id
    for (const d of drafts) if (d.ticket_id === old) d.ticket_id = t.id
  })
  const me = { id: agents[0]!.id, name: agents[0]!.name, email: agents[0]!.email, role: 'admin', locale: process.env.MOCK_LOCALE ?? 'en', settings: {}, permissions: ['QUARANTINE', 'STATUS_ADMIN', 'AUDIT_SEE', 'INBOX_ADMIN', 'PEOPLE_ADMIN', 'KEY_ADMIN'], csrf_token: 'x', demo: true, setup_done: true }
  const keys: Key[] = [{ id: 1, name: 'shop backend', hint: 'ak_7f3c', role: 'agent', created_at: ago(5000), last_used_at: ago(3) }, { id: 2, name: 'nightly export', hint: 'ak_19bd', role: 'lead', created_at: ago(90000), last_used_at: null }]
  const audit = Array.from({ length: 30 }, (_, i) => ({ id: 30 - i, at: ago(i * 37), actor_kind: 'agent', actor_id: agents[i % 5]!.id, action: ['login.ok', 'ticket.status', 'agent.created', 'key.created', 'inbox.changed'][i % 5], object: ['session', 'ticket', 'agent', 'key', 'inbox'][i % 5], object_id: 1000 + i, ip: '192.0.2.' + i }))

  const bucketOf = (t: Ticket): Bucket => (t.is_deleted ? 'deleted' : t.is_spam ? 'spam' : t.snoozed_until ? 'snoozed' : t.status_category)
  return {
    agents, teams, inboxes, contacts, tickets, messages, drafts, quarantine, tags, statuses, keys, audit, me, bucketOf,
    counts(): Count[] {
      const n = new Map<string, Count>()
      for (const t of tickets) {
        const sums: [Count['of'], number | null][] = [['all', null], ['team', t.team_id ?? null], ['assignee', t.assignee_id ?? null], ['inbox', t.inbox_id]]
        for (const [of, id] of sums) {
          const c: Count = { bucket: bucketOf(t), of, id, n: 0 }
          const k = JSON.stringify(c)
          if (!n.has(k)) n.set(k, c)
          n.get(k)!.n++
        }
      }
      return [...n.values()]
    },
    change(t: Ticket, c: Record<string, any>) {
      Object.assign(t, c, { rev: t.rev + 1 })
      const s = statuses.find((x) => x.key === t.status)!
      Object.assign(t, { status_name: s.name, status_category: s.category, assignee_name: agents.find((a) => a.id === t.assignee_id)?.name ?? null })
      settle(t)
    },
    say(t: Ticket, kind: Kind, text: string, status?: string): Message {
      const m: Message = { id: id() + 100000, ticket_id: t.id, kind, text, has_html: false, author: { kind: 'agent', id: me.id, name: me.name }, state: kind === 'reply' ? 'queued' : 'stored', created_at: ago(0), attachments: [] }
      messages.push(m)
      if (status) t.status = status
      this.change(t, {})
      return m
    },
    incoming(ticketId: number | undefined, text: string) {
      let t = tickets.find((x) => x.id === ticketId)
      const fresh = !t
      if (!t) tickets.push((t = { ...tickets[0]!, id: id() + 50000, number: 2000 + next, subject: text, status: 'new', unread: true, tags: [], assignee_id: null, is_spam: false, is_deleted: false, snoozed_until: null }))
      const message: Message = { id: id() + 100000, ticket_id: t.id, kind: 'incoming', text, has_html: false, author: { kind: 'contact', name: t.contact.name }, state: 'received', created_at: ago(0), attachments: [] }
      messages.push(message)
      this.change(t, { unread: true })
      return { fresh, message }
    },
    draft(ticket_id: number, kind: 'reply' | 'note', text: string) {
      const i = drafts.findIndex((d) => d.ticket_id === ticket_id && d.kind === kind)
      if (i >= 0) drafts.splice(i, 1)
      if (text) drafts.push({ ticket_id, kind, text, updated_at: ago(0) })
    },
    html: (messageId: number) => `<h2 style="color:#0f766e">Hello</h2><p>${messages.find((m) => m.id === messageId)?.text ?? ''}</p><img src="https://tracker.example/p.gif" width="80" height="40"><table border=1><tr><td>Order</td><td>4711</td></tr></table><script>top.hacked=1</script>`,
    search(words: string, kind: string): SearchHit[] {
      const found: SearchHit[] = messages.filter((m) => m.text.toLowerCase().includes(words)).map((m) => ({ kind: 'message', ticket_id: m.ticket_id, message_id: m.id, title: tickets.find((t) => t.id === m.ticket_id)!.subject, snippet: m.text.slice(0, 200), at: m.created_at }))
      found.push(...contacts.filter((c) => c.name.toLowerCase().includes(words)).map((c) => ({ kind: 'contact' as const, contact_id: c.id, title: c.name, snippet: c.email ?? '', at: c.updated_at })))
      return found.filter((h) => !kind || h.kind === kind).sort((a, b) => b.at.localeCompare(a.at))
    },
  }
}
