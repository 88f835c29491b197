// A small stand-in for the server, for `npm run dev` without one: the demo desk's own words, in
// memory. Only for looking at screens; what the API really does is tested on the real binary.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { load, type World } from './world'

const pause = (ms: number) => new Promise((r) => setTimeout(r, ms))

async function bodyOf(req: IncomingMessage): Promise<Record<string, any>> {
  let text = ''
  for await (const chunk of req) text += chunk
  try {
    return JSON.parse(text || '{}')
  } catch {
    return {}
  }
}
function page<T>(rows: T[], q: URLSearchParams) {
  const from = Number(q.get('after') ?? 0)
  const limit = Number(q.get('limit') ?? 25)
  const more = rows.length > from + limit
  return { data: rows.slice(from, from + limit), meta: { has_more: more, after_cursor: more ? String(from + limit) : null } }
}

function ticketsOf(w: World, q: URLSearchParams) {
  const status = (q.get('status') ?? '').split(',').filter(Boolean)
  const who = q.get('assignee')
  let rows = w.tickets.filter((t) => !status.length || status.includes(w.bucketOf(t)))
  if (who) rows = rows.filter((t) => (who === 'me' ? t.assignee_id === w.me.id : who === 'none' ? !t.assignee_id : t.assignee_id === Number(who)))
  if (q.get('team')) rows = rows.filter((t) => t.team_id === Number(q.get('team')))
  if (q.get('inbox')) rows = rows.filter((t) => t.inbox_id === Number(q.get('inbox')))
  if (q.get('tag')) rows = rows.filter((t) => t.tags.includes(q.get('tag')!))
  if (q.get('contact')) rows = rows.filter((t) => t.contact.id === Number(q.get('contact')))
  const wait = (t: World['tickets'][0]) => (t.waiting_since ? Date.parse(t.waiting_since) : Infinity)
  return [...rows].sort((a, b) => (q.get('sort') === 'waiting' ? wait(a) - wait(b) || a.id - b.id : b.id - a.id))
}

export function mockPlugin(): Plugin {
  const w = load()
  const streams = new Set<ServerResponse>()
  let signedIn = process.env.MOCK_SIGNED_OUT !== '1'
  let cursor = 0
  const tell = (kind: string, more: object) => {
    for (const s of streams) s.write(`id: ${++cursor}\nevent: ${kind}\ndata: ${JSON.stringify({ kind, ...more })}\n\n`)
  }

  async function answer(req: IncomingMessage, res: ServerResponse) {
    const url = new URL(req.url!, 'http://mock')
    const p = url.pathname.replace('/api/v1', '')
    const q = url.searchParams
    const send = (status: number, data?: unknown) => {
      res.writeHead(status, { 'Content-Type': 'application/json' })
      res.end(data === undefined ? '' : JSON.stringify(data))
    }
    const ok = (data: unknown) => send(200, { data })
    const at = `${req.method} ${p.replace(/\/\d+/g, '/:id')}`
    const id = Number(/\/(\d+)/.exec(p)?.[1])
    const ticket = w.tickets.find((t) => t.id === id)
    if (p === '/events') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write(': hello\n\n')
      streams.add(res)
      req.on('close', () => streams.delete(res))
      return
    }
    await pause(60)
    const body = req.method === 'GET' || p === '/uploads' ? {} : await bodyOf(req)
    switch (at) {
      case 'GET /me': return signedIn ? ok(w.me) : send(401, { status: 401, title: 'who?' })
      case 'PATCH /me': return ok(Object.assign(w.me, body))
      case 'POST /session': signedIn = true; return ok(w.me)
      case 'DELETE /session': signedIn = false; return send(204)
      case 'GET /setup': return ok({ needed: false })
      case 'GET /demo': return ok({ is_there: true, agents: w.agents.map((a) => ({ name: a.name, email: a.email, role: a.role })) })
      case 'GET /agents': return send(200, page(w.agents, q))
      case 'POST /agents': return send(201, { data: { ...w.agents[1], ...body, id: 99, invite_url: '/invite?token=4f1c2ab97de0' } })
      case 'POST /agents/:id/reset-link': return ok({ url: '/reset?token=4f1c2ab97de0' })
      case 'GET /teams': return send(200, page(w.teams, q))
      case 'GET /inboxes': return send(200, page(w.inboxes, q))
      case 'GET /inboxes/:id': return ok(w.inboxes.find((i) => i.id === id))
      case 'POST /inboxes/check': await pause(700); return ok({ ok: false, text: 'imap.example.org: the certificate is self-signed' })
      case 'GET /statuses': return send(200, page(w.statuses, q))
      case 'GET /tags': return send(200, page(w.tags, q))
      case 'GET /keys': return send(200, page(w.keys, q))
      case 'POST /keys': return send(201, { data: { ...w.keys[0], ...body, id: 9, key: 'ak_7f3c91d2a4e85b60c1f2e3d4a5b6c7d8' } })
      case 'GET /audit': return send(200, page(w.audit, q))
      case 'GET /quarantine': return send(200, page(w.quarantine, q))
      case 'GET /counts': return ok(w.counts())
      case 'GET /tickets': return send(200, page(ticketsOf(w, q), q))
      case 'GET /tickets/:id': return ticket ? ok(ticket) : send(404, { status: 404 })
      case 'PATCH /tickets/:id':
      case 'POST /tickets/:id/assign':
      case 'POST /tickets/:id/snooze':
        if (!ticket) return send(404, { status: 404 })
        w.change(ticket, 'until' in body ? { snoozed_until: body.until } : body)
        tell('ticket.changed', { ticket_id: id })
        tell('counts.changed', { data: w.counts() })
        return ok(ticket)
      case 'GET /tickets/:id/messages': return send(200, page(w.messages.filter((m) => m.ticket_id === id), q))
      case 'POST /tickets/:id/messages': {
        if (body.text === 'newer') return send(409, { status: 409, detail: 'a newer message came in' })
        const m = w.say(ticket!, body.kind, body.text, body.status)
        tell('message.created', { ticket_id: id, message_id: m.id })
        setTimeout(() => { m.state = m.kind === 'reply' ? 'delivered' : 'stored'; tell('message.changed', { ticket_id: id, message_id: m.id }) }, 1200)
        return send(201, { data: { id: m.id, kind: m.kind, state: m.state } })
      }
      case 'GET /messages/:id': return ok(w.messages.find((m) => m.id === id))
      case 'GET /messages/:id/html': return ok({ html: w.html(id) })
      case 'POST /tickets/:id/presence':
        if (body.state === 'viewing' && id % 3 === 0) setTimeout(() => tell('presence.changed', { ticket_id: id, data: { id: w.agents[1]!.id, name: w.agents[1]!.name, state: id % 2 ? 'replying' : 'viewing' } }), 400)
        return send(204)
      case 'GET /tickets/:id/drafts': return ok(w.drafts.filter((d) => d.ticket_id === id))
      case 'PUT /tickets/:id/drafts/reply':
      case 'PUT /tickets/:id/drafts/note': w.draft(id, p.endsWith('reply') ? 'reply' : 'note', body.text); return send(204)
      case 'GET /contacts/:id': return ok(w.contacts.find((c) => c.id === id))
      case 'GET /search': {
        const words = (q.get('q') ?? '').toLowerCase()
        return send(200, page(w.search(words, q.get('kind') ?? ''), q))
      }
      case 'POST /uploads': return send(201, { data: { token: 'u' + Date.now(), name: q.get('name'), type: 'text/plain', bytes: 1200 } })
      case 'POST /dev/incoming': {
        const m = w.incoming(body.ticket_id, body.text)
        tell(m.fresh ? 'ticket.created' : 'message.created', { ticket_id: m.message.ticket_id, message_id: m.message.id })
        tell('counts.changed', { data: w.counts() })
        return ok(m.message)
      }
      default: return send(204)
    }
  }

  return {
    name: 'antiphon-mock',
    configureServer(server) {
      server.middlewares.use((req, res, next) => {
        if (req.url?.startsWith('/api/v1/')) answer(req, res).catch(() => res.destroy())
        else next()
      })
    },
  }
}
