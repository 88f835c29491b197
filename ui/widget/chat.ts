// The conversation: what is known, what is underway, and what to do next. Knows the server and
// the browser's store, knows no pixel: view.ts shows `state` whenever `changed` is called.
import { Api, ApiError } from './api'
import { backoff } from './backoff'
import { clean, contextOf } from './context'
import { Keep, Outbox, type OutFile, type OutMessage } from './store'
import { follow, sleep } from './stream'
import type { SseEvent } from './sse'
import { Tabs } from './tabs'
import { catchUpFrom, countUnread, merge, stillWaiting } from './thread'
import type { Config, Context, Identity, Message, Session } from './types'

export interface State {
  config: Config
  isOpen: boolean
  messages: Message[]
  hasEarlier: boolean
  waiting: OutMessage[]
  isLoaded: boolean
  isConnected: boolean
  isStuck: boolean // the last try to send did not get through
  isRefused: boolean // the page must sign its customer in first
  typing: string | null
  seenId: number // newest of the customer's messages that an agent has read
  unread: number
  needsEmail: boolean
  context: Context
  showsContext: boolean
}

/** What tabs of one browser tell each other. */
type News =
  | { is: 'event'; event: SseEvent }
  | { is: 'connected'; on: boolean }
  | { is: 'outbox' }
  | { is: 'kept' }
  | { is: 'gone' }

const TYPING_MS = 25_000 // the desk says so again every 20 s while somebody writes
const TELL_TYPING_MS = 5000
const PAGE = 50

export class Chat {
  readonly state: State
  // Whose browser is it? '' a visitor; else the id that the page signed for. What is kept is
  // kept per owner, so that nobody sees what another left on a shared computer.
  private owner = ''
  private keep!: Keep
  private tabs!: Tabs<News>
  private readonly outbox: Outbox
  private identity: Identity | null = null
  private visitor: string | null = null
  private said: Context = {}
  private isContextLeftOut = false
  private session: Promise<void> | null = null
  private ending: AbortController | null = null
  private sends: Promise<void> = Promise.resolve()
  private failures = 0
  private sequence = Date.now()
  private isFollowing = false
  private typingTimer = 0
  private typingTold = 0

  constructor(
    readonly api: Api,
    private readonly name: string,
    config: Config,
    private readonly changed: () => void,
  ) {
    this.outbox = new Outbox(name)
    this.state = {
      config,
      isOpen: false,
      messages: [],
      hasEarlier: false,
      waiting: [],
      isLoaded: false,
      isConnected: true,
      isStuck: false,
      isRefused: false,
      typing: null,
      seenId: 0,
      unread: 0,
      needsEmail: false,
      context: {},
      showsContext: true,
    }
    this.become('')
  }

  private become(owner: string) {
    const name = this.name + (owner && ':' + owner)
    this.owner = owner
    this.keep = new Keep(name)
    this.tabs?.close()
    this.tabs = new Tabs<News>(name, (n) => this.told(n))
    this.api.token = this.keep.get().token ?? null
    Object.assign(this.state, { messages: [], waiting: [], isLoaded: false, hasEarlier: false, seenId: 0, typing: null })
  }

  /** Somebody who has written before is followed at once, so that the bubble can count. */
  start() {
    void this.reloadOutbox().then(() => {
      if (this.api.token || this.state.waiting.length) this.connect()
    })
    this.update()
  }

  open(is: boolean) {
    this.state.isOpen = is
    if (is) this.connect()
    this.markRead()
    this.update()
  }

  identify(identity: Identity) {
    const isNew = this.owner !== identity.external_id
    const wasActive = !!this.ending || !!this.api.token || this.state.isOpen
    this.identity = identity
    this.state.isRefused = false
    if (isNew) {
      // A visitor who signs in takes the conversation along: the server links it by the token.
      const visitor = this.owner === '' ? this.api.token : null
      this.stop()
      this.become(identity.external_id)
      this.visitor = visitor
      if (wasActive || this.api.token) this.start()
    }
    this.update()
  }

  say(context: Record<string, unknown>) {
    this.said = clean({ ...this.said, ...context })
    this.update()
  }

  leaveOutContext() {
    this.isContextLeftOut = true
    this.update()
  }

  /** The customer logs out of the page: nothing of the conversation stays in this browser. */
  logout() {
    this.tabs.tell({ is: 'gone' })
    void this.forget()
  }

  get draft(): string {
    return this.keep.get().draft ?? ''
  }
  set draft(text: string) {
    this.keep.set({ draft: text })
  }

  // ---- writing

  async write(text: string, files: File[], email: string | null) {
    const s = this.state
    const m: OutMessage = {
      client_id: newId(),
      owner: this.owner,
      seq: ++this.sequence,
      text,
      files: files.map((f) => ({
        name: f.name || 'file',
        type: f.type || 'application/octet-stream',
        bytes: f.size,
        blob: f,
        token: null,
      })),
      created_at: new Date().toISOString(),
      failed: null,
      isRetried: false,
      ...(email && { email }),
      ...(s.showsContext && Object.keys(s.context).length && { context: s.context }),
    }
    this.keep.set({
      draft: '',
      ...(email && { hasEmail: true }),
      ...(m.context && { contextSent: fingerprint(m.context) }),
    })
    s.waiting = [...s.waiting, m]
    this.update()
    await this.outbox.put(m)
    this.tabs.tell({ is: 'outbox' })
    this.typed(false)
    this.connect()
    this.flush()
  }

  async again(clientId: string) {
    const m = this.state.waiting.find((x) => x.client_id === clientId)
    if (!m) return
    await this.outbox.put({ ...m, failed: null })
    await this.reloadOutbox()
    this.flush()
  }

  async discard(clientId: string) {
    await this.outbox.remove(clientId)
    await this.reloadOutbox()
    this.tabs.tell({ is: 'outbox' })
  }

  typed(is: boolean) {
    const now = Date.now()
    if (!this.api.token || (is && now - this.typingTold < TELL_TYPING_MS)) return
    if (!is && !this.typingTold) return
    this.typingTold = is ? now : 0
    this.api.call('POST', '/typing', { on: is }).catch(() => undefined)
  }

  /** Send what waits, one after the other, whoever asks; never twice at a time. */
  private flush() {
    this.sends = this.sends
      .then(() =>
        this.tabs.alone(async () => {
          for (;;) {
            const next = (await this.mine()).find((m) => m.failed === null)
            if (!next || !(await this.sendOne(next))) return
          }
        }),
      )
      .catch(() => undefined)
  }

  /** true: go on with the next; false: stop for now, a later flush continues. */
  private async sendOne(m: OutMessage): Promise<boolean> {
    try {
      await this.ready()
      for (const f of m.files) if (!f.token) await this.upload(m, f)
      const { id } = await this.api.call<{ id: number }>('POST', '/messages', {
        client_id: m.client_id,
        text: m.text,
        ...(m.files.length && { attachments: m.files.map((f) => f.token) }),
        ...(m.email && { email: m.email }),
        locale: navigator.language,
        ...(m.context && { context: m.context }),
      })
      await this.outbox.remove(m.client_id)
      this.failures = 0
      this.state.isStuck = false
      this.add([sentMessage(id, m)])
      await this.reloadOutbox()
      this.tabs.tell({ is: 'outbox' })
      this.tabs.tell({ is: 'event', event: { event: 'message', data: JSON.stringify({ id }), id: '' } })
      return true
    } catch (e) {
      return this.sendFailed(m, e instanceof ApiError ? e : new ApiError(0, String(e)))
    }
  }

  private async upload(m: OutMessage, f: OutFile) {
    const r = await this.api.raw('POST', '/uploads?name=' + encodeURIComponent(f.name.slice(0, 200)), {
      body: f.blob,
      headers: { 'Content-Type': f.type },
    })
    f.token = ((await r.json()) as { data: { token: string } }).data.token
    await this.outbox.put(m) // the blob stays until the message is out: uploads are swept after a day
  }

  private async sendFailed(m: OutMessage, e: ApiError): Promise<boolean> {
    if (e.status === 401) {
      this.sessionLost()
      if (++this.failures < 3) return true
    }
    if (e.isFinal && e.status !== 403) {
      // An upload that was swept meanwhile is simply sent again, once.
      const isStale = m.files.some((f) => f.token) && !m.isRetried
      await this.outbox.put(
        isStale
          ? { ...m, isRetried: true, files: m.files.map((f) => ({ ...f, token: null })) }
          : { ...m, failed: e.message },
      )
      await this.reloadOutbox()
      return true
    }
    if (e.status === 403) return false // signing in will start it again
    this.failures++
    this.state.isStuck = true
    this.update()
    void sleep(Math.max(e.retryAfterMs, backoff(this.failures))).then(() => this.flush())
    return false
  }

  // ---- session and stream

  private ready(): Promise<void> {
    if (this.api.token && !this.owner) return Promise.resolve()
    this.session ??= this.makeSession().catch((e) => {
      this.session = null
      throw e
    })
    return this.session
  }

  private async makeSession() {
    const ask = () =>
      this.api.call<Session>('POST', '/session', {
        ...(this.identity && { identity: this.identity }),
        locale: navigator.language,
      })
    let s: Session
    this.api.token ??= this.visitor
    try {
      s = await ask()
    } catch (e) {
      if (!(e instanceof ApiError)) throw e
      if (e.status === 403) {
        this.state.isRefused = true
        this.update()
      }
      if (e.status !== 401 || !this.api.token) throw e
      this.api.token = null // over: begin anew
      s = await ask()
    }
    this.api.token = s.token
    this.keep.set({ token: s.token, isKnown: s.is_known })
    if (this.visitor) await this.adopt()
    this.tabs.tell({ is: 'kept' })
    this.update()
  }

  /** What the visitor left here belongs to the customer now. */
  private async adopt() {
    this.visitor = null
    new Keep(this.name).clear()
    for (const m of await this.outbox.all())
      if (m.owner === '') await this.outbox.put({ ...m, owner: this.owner })
    await this.reloadOutbox()
  }

  private sessionLost() {
    this.api.token = null
    this.session = null
    this.keep.set({ token: undefined, isKnown: false })
  }

  private stop() {
    this.ending?.abort()
    this.ending = null
    this.session = null
    this.isFollowing = false
  }

  private async forget() {
    const mine = this.owner
    this.stop()
    this.identity = null
    this.visitor = null
    this.keep.clear()
    this.become('')
    this.keep.clear()
    this.api.token = null
    this.update()
    for (const m of await this.outbox.all())
      if (m.owner === mine || m.owner === '') await this.outbox.remove(m.client_id)
    if (this.state.isOpen) this.connect()
  }

  private connect() {
    if (this.ending) return
    const ending = (this.ending = new AbortController())
    const begin = async (tries: number): Promise<void> => {
      try {
        await this.ready()
        await this.load()
      } catch (e) {
        if (ending.signal.aborted) return
        if (e instanceof ApiError && e.status === 403) {
          this.ending = null
          return
        }
        if (e instanceof ApiError && e.status === 401) this.sessionLost()
        else this.setConnected(false)
        await sleep(Math.max(e instanceof ApiError ? e.retryAfterMs : 0, backoff(tries)), ending.signal)
        return ending.signal.aborted ? undefined : begin(tries + 1)
      }
      if (ending.signal.aborted) return
      this.state.isConnected = true
      this.flush()
      this.update()
    }
    void begin(1)
  }

  private follow(until: AbortSignal): Promise<void> {
    return follow(
      this.api,
      {
        heard: (event) => {
          this.heard(event)
          this.tabs.tell({ is: 'event', event })
        },
        connected: (is) => {
          this.setConnected(is)
          this.tabs.tell({ is: 'connected', on: is })
        },
        refused: async (e) => {
          if (e.status === 401) {
            this.sessionLost()
            await this.ready().catch(() => undefined)
          } else if (e.status === 403 || e.status === 404) this.stop()
        },
      },
      until,
    )
  }

  private told(n: News) {
    if (n.is === 'event') this.heard(n.event)
    else if (n.is === 'connected') this.setConnected(n.on)
    else if (n.is === 'outbox') void this.reloadOutbox()
    else if (n.is === 'gone') void this.forget()
    else {
      this.keep.reload()
      this.api.token = this.keep.get().token ?? this.api.token
      this.update()
    }
  }

  private setConnected(is: boolean) {
    this.state.isConnected = is
    if (is) {
      void this.catchUp()
      this.flush()
    }
    this.update()
  }

  /** Whatever was missed while the line was down, or before it stood. */
  private async catchUp() {
    for (let tries = 1; this.state.isConnected && this.ending; tries++) {
      try {
        return await this.load()
      } catch {
        await sleep(backoff(tries), this.ending.signal)
      }
    }
  }

  private heard(e: SseEvent) {
    let data: { id?: number; message_id?: number; on?: boolean; name?: string; is_open?: boolean }
    try {
      data = JSON.parse(e.data || '{}')
    } catch {
      return
    }
    if (e.event === 'message' && data.id) void this.fetchFrom(data.id - 1).catch(() => this.catchUp())
    else if (e.event === 'typing') this.showTyping(data.on ? (data.name ?? '') : null)
    else if (e.event === 'read') this.state.seenId = Math.max(this.state.seenId, data.message_id ?? 0)
    else if (e.event === 'presence' && data.is_open !== undefined)
      this.state.config = { ...this.state.config, is_open: data.is_open }
    else if (e.event === 'reset') void this.catchUp()
    this.update()
  }

  private showTyping(name: string | null) {
    clearTimeout(this.typingTimer)
    this.state.typing = name
    if (name !== null)
      this.typingTimer = window.setTimeout(() => {
        this.state.typing = null
        this.update()
      }, TYPING_MS)
  }

  // ---- messages

  private async load() {
    const s = this.state
    if (s.isLoaded) return this.fetchFrom(catchUpFrom(s.messages))
    const list = await this.api.call<Message[]>('GET', '/messages?limit=' + PAGE)
    s.hasEarlier = list.length === PAGE
    s.isLoaded = true
    this.add(list)
  }

  private async fetchFrom(after: number) {
    for (;;) {
      const list = await this.api.call<Message[]>('GET', `/messages?after=${after}&limit=${PAGE}`)
      this.add(list)
      if (list.length < PAGE) return
      after = list[list.length - 1]!.id
    }
  }

  async earlier() {
    const first = this.state.messages[0]
    if (!first) return
    const list = await this.api.call<Message[]>('GET', `/messages?before=${first.id}&limit=${PAGE}`)
    this.state.hasEarlier = list.length === PAGE
    this.add(list)
  }

  private add(list: Message[]) {
    const s = this.state
    s.messages = merge(s.messages, list)
    s.waiting = stillWaiting(s.waiting, s.messages)
    // There is nothing to follow before the first word is said.
    if (s.messages.length && this.ending && !this.isFollowing) {
      this.isFollowing = true
      this.tabs.lead((until) => this.follow(until), this.ending.signal)
    }
    if (list.some((m) => m.from === 'agent')) s.typing = null
    this.markRead()
    this.update()
  }

  private async mine(): Promise<OutMessage[]> {
    return (await this.outbox.all()).filter((m) => m.owner === this.owner)
  }

  private async reloadOutbox() {
    const all = await this.mine()
    this.state.waiting = stillWaiting(all, this.state.messages)
    for (const m of all)
      if (!this.state.waiting.includes(m)) await this.outbox.remove(m.client_id) // arrived after all
    this.sequence = Math.max(this.sequence, ...all.map((m) => m.seq))
    this.update()
  }

  /** Read is what stood on an open panel of a page that is in front. */
  markRead() {
    const s = this.state
    const last = s.messages.filter((m) => m.from === 'agent').pop()
    if (!s.isOpen || document.hidden || !last || last.id <= (this.keep.get().readId ?? 0)) return
    this.keep.set({ readId: last.id })
    this.tabs.tell({ is: 'kept' })
    this.api.call('POST', '/read', { message_id: last.id }).catch(() => undefined)
  }

  update() {
    const s = this.state
    const k = this.keep.get()
    s.unread = countUnread(s.messages, k.readId ?? 0)
    s.context = contextOf(this.said, navigator, location.href)
    s.showsContext =
      !this.isContextLeftOut && (s.messages.length + s.waiting.length === 0 || k.contextSent !== fingerprint(s.context))
    s.needsEmail =
      s.config.needs_email_when_away && !s.config.is_open && !k.hasEmail && !k.isKnown && !this.identity?.email
    this.changed()
  }
}

/** Whether the context is another one than last time; which page it was does not count. */
function fingerprint(c: Context): string {
  return JSON.stringify(Object.entries(c).filter(([k]) => k !== 'page').sort())
}

/** What the server will say of it too, shown until it does. */
function sentMessage(id: number, m: OutMessage): Message {
  return {
    id,
    from: 'customer',
    author_name: '',
    text: m.text,
    created_at: m.created_at,
    client_id: m.client_id,
    attachments: m.files.map((f, n) => ({ n, name: f.name, type: f.type, bytes: f.bytes, url: '' })),
  }
}

/** crypto.randomUUID is there only on https. */
function newId(): string {
  const b = crypto.getRandomValues(new Uint8Array(16))
  return [...b].map((x) => x.toString(16).padStart(2, '0')).join('')
}
