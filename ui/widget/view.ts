// What the customer sees and touches. Shows Chat's state; keeps nothing but what is half typed.
import type { Chat } from './chat'
import { css, parse, scheme } from './color'
import { clip, cross, h, linked, mark, paper } from './dom'
import { fill, isRtl, localeOf, regional, stringsOf, type Strings } from './strings'
import type { OutMessage } from './store'
import { STYLE } from './style'
import { MAX_FILES, MAX_FILE_BYTES, MAX_TEXT, type Attachment, type Message } from './types'

export interface ViewOptions {
  into: Element | null
  locale: string | null
  theme: string | null
  color: string | null
  isLeft: boolean
  isSheet: boolean
  nonce: string | undefined
}

/** One line of the log: of the server, or still on its way. */
interface Line {
  key: string
  message: Message
  out: OutMessage | null
}

const GROUP_MS = 5 * 60_000
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

export class View {
  readonly host = document.createElement('antiphon-chat')
  private readonly s: Strings
  private readonly locale: string
  private readonly root: HTMLElement
  private readonly bubble: HTMLButtonElement
  private readonly badge = h('span', { class: 'badge', 'aria-hidden': 'true' })
  private readonly panel: HTMLElement
  private readonly state = h('p', { class: 'is' })
  private readonly log: HTMLElement
  private readonly scroller: HTMLElement
  private readonly hello: HTMLElement
  private readonly more: HTMLButtonElement
  private readonly typing: HTMLElement
  private readonly status = h('p', { role: 'status', hidden: true })
  private readonly problem = h('p', { role: 'alert', class: 'bad', hidden: true })
  private readonly along = h('details')
  private readonly mail: HTMLElement
  private readonly email: HTMLInputElement
  private readonly text: HTMLTextAreaElement
  private readonly chips: HTMLElement
  private readonly picker: HTMLInputElement
  private readonly send: HTMLButtonElement
  private readonly below: HTMLButtonElement
  private readonly dropZone: HTMLElement
  private readonly said = h('p', { class: 'sr', role: 'status' })
  private readonly lines = new Map<string, { el: HTMLElement; shape: string }>()
  private files: File[] = []
  private unread = 0
  private wasLoaded = false
  private alongShown = ''

  constructor(
    private readonly chat: Chat,
    private readonly o: ViewOptions,
  ) {
    const c = chat.state.config
    this.locale = regional(
      localeOf([o.locale, c.locale, document.documentElement.lang, ...navigator.languages]),
      navigator.languages,
    )
    const s = (this.s = stringsOf(this.locale))

    this.bubble = h('button', { class: 'bubble', type: 'button', 'aria-haspopup': 'dialog', onclick: () => this.open() })
    this.bubble.append(withMark(30), this.badge)
    this.more = h('button', { class: 'more', type: 'button', onclick: () => void this.earlier() }, s.earlier)
    this.hello = h('div', { class: 'hello' })
    this.typing = h('p', { class: 'typing', hidden: true }, withMark(20), h('span'))
    // The greeting and the sign of typing are not part of what is said aloud as news.
    this.log = h('div', { class: 'log', role: 'log', 'aria-label': s.thread })
    this.scroller = h('div', { class: 'scroll', role: 'group', tabindex: 0, 'aria-label': s.thread, onscroll: () => this.scrolled() },
      this.hello, this.more, this.log, this.typing)
    this.below = h('button', { class: 'below', type: 'button', hidden: true, onclick: () => this.toEnd() }, s.below + ' ↓')
    this.email = h('input', {
      type: 'email', id: 'email', autocomplete: 'email', maxlength: 320, 'aria-describedby': 'problem',
      oninput: () => this.complain(null),
    })
    this.mail = h('div', { class: 'mail', hidden: true },
      h('label', { for: 'email' }, s.email, ', ', h('span', {}, s.email_why)), this.email)
    this.text = h('textarea', {
      rows: 1, placeholder: s.placeholder, 'aria-label': s.placeholder, maxlength: MAX_TEXT, dir: 'auto',
      oninput: () => this.typed(), onkeydown: (e: KeyboardEvent) => this.key(e), onpaste: (e: ClipboardEvent) => this.pasted(e),
    })
    this.chips = h('ul', { class: 'chips', hidden: true })
    this.picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1, 'aria-hidden': 'true', onchange: () => {
      this.take(this.picker.files)
      this.picker.value = ''
    } })
    this.send = h('button', { class: 'send', type: 'submit' }, s.send)
    this.problem.id = 'problem'
    this.dropZone = h('div', { class: 'drop', hidden: true }, s.drop)
    const form = h('form', { class: 'foot', novalidate: true, onsubmit: (e: Event) => {
      e.preventDefault()
      this.submit()
    } },
      this.below, this.status, this.along, this.mail, this.problem,
      h('div', { class: 'box' }, this.chips, this.text,
        h('div', { class: 'row' },
          h('button', { class: 'tool', type: 'button', 'aria-label': s.attach, title: s.attach, onclick: () => this.picker.click() }, clip()),
          this.picker, this.send)))
    this.panel = h('section', {
      class: 'panel', id: 'panel', role: 'dialog', 'aria-modal': 'false', 'aria-labelledby': 'title', tabindex: -1, hidden: true,
      onkeydown: (e: KeyboardEvent) => this.panelKey(e),
      ondragover: (e: DragEvent) => this.dragged(e), ondragleave: (e: DragEvent) => this.dragged(e), ondrop: (e: DragEvent) => this.dropped(e),
    },
      h('header', { class: 'head' }, withMark(26),
        h('div', { class: 'who' }, h('h2', { id: 'title' }, h('bdi', {}, c.name)), this.state),
        h('button', { class: 'tool', type: 'button', 'aria-label': s.close, title: s.close, onclick: () => this.close() }, cross())),
      this.scroller, form, this.dropZone)
    this.root = h('div', { class: 'root', lang: this.locale, dir: isRtl(this.locale) ? 'rtl' : 'ltr' }, this.bubble, this.panel, this.said)
    if (o.isLeft) this.root.classList.add('left')
    if (o.isSheet) this.root.classList.add('sheet')
    this.mount()
    this.text.value = chat.draft
  }

  private mount() {
    const shadow = this.host.attachShadow({ mode: 'open' })
    try {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(STYLE)
      shadow.adoptedStyleSheets = [sheet]
    } catch {
      // Browsers before 2023: a style element, which a strict CSP takes with the script's nonce.
      shadow.append(h('style', { nonce: this.o.nonce || null }, STYLE))
    }
    shadow.append(this.root)
    if (this.o.into) this.host.setAttribute('data-inside', '')
    ;(this.o.into ?? document.body).append(this.host)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const paint = () => this.paint(this.o.theme ? this.o.theme === 'dark' : dark.matches)
    dark.addEventListener('change', paint)
    paint()
    document.addEventListener('visibilitychange', () => this.chat.markRead())
    // A phone's keyboard covers the page instead of shrinking it: stand on top of it.
    window.visualViewport?.addEventListener('resize', () => {
      const covered = innerHeight - visualViewport!.height * visualViewport!.scale
      this.root.style.setProperty('--keyboard', (covered > 60 ? covered : 0) + 'px')
      this.toEnd()
    })
  }

  private paint(isDark: boolean) {
    const c = scheme(parse(this.o.color ?? this.chat.state.config.color), isDark)
    this.root.classList.toggle('dark', isDark)
    for (const [k, v] of Object.entries(c)) this.root.style.setProperty('--' + k, css(v))
  }

  // ---- opening and closing

  open(takesFocus = true) {
    if (!this.panel.hidden) return
    this.panel.hidden = false
    this.root.classList.add('open')
    this.bubble.hidden = true
    this.chat.open(true)
    this.typed()
    this.toEnd()
    // On a touch screen the keyboard would jump up over the greeting: focus the dialog itself.
    if (takesFocus) (matchMedia('(pointer: coarse)').matches ? this.panel : this.text).focus()
  }

  close() {
    if (this.panel.hidden) return
    const had = this.panel.contains(this.focused())
    this.panel.hidden = true
    this.root.classList.remove('open')
    this.bubble.hidden = false
    this.chat.open(false)
    if (had) this.bubble.focus()
  }

  private focused(): Element | null {
    return this.host.shadowRoot!.activeElement
  }

  private panelKey(e: KeyboardEvent) {
    if (e.isComposing) return
    if (e.key === 'Escape') {
      e.stopPropagation()
      this.close()
    } else if (e.key === 'Tab' && this.isWhole()) this.keepInside(e)
  }

  /** Does the panel cover the page? Then the keyboard stays in it, too. */
  private isWhole() {
    return this.panel.offsetWidth >= innerWidth && this.panel.offsetHeight >= innerHeight
  }

  private keepInside(e: KeyboardEvent) {
    const stops = [...this.panel.querySelectorAll<HTMLElement>('button,a[href],input,textarea,summary,[tabindex="0"]')].filter(
      (x) => x.offsetParent !== null && x.tabIndex >= 0,
    )
    const at = this.focused()
    const end = e.shiftKey ? stops[0] : stops[stops.length - 1]
    if (at !== end && at !== this.panel) return
    if (at === this.panel && !e.shiftKey) return
    e.preventDefault()
    stops[e.shiftKey ? stops.length - 1 : 0]?.focus()
  }

  // ---- writing

  private key(e: KeyboardEvent) {
    // Enter sends where there is a keyboard; on a touch screen it makes a new line.
    const isPlain = e.key === 'Enter' && !e.shiftKey && !e.isComposing && !matchMedia('(pointer: coarse)').matches
    if (isPlain || (e.key === 'Enter' && (e.ctrlKey || e.metaKey))) {
      e.preventDefault()
      this.submit()
    }
  }

  private typed() {
    this.text.style.height = 'auto'
    this.text.style.height = this.text.scrollHeight + 'px'
    this.chat.draft = this.text.value
    this.send.setAttribute('aria-disabled', String(!this.canSend()))
    if (this.text.value) this.chat.typed(true)
  }

  private canSend() {
    return !this.chat.state.isRefused && (this.text.value.trim() !== '' || this.files.length > 0)
  }

  private submit() {
    const needs = this.chat.state.needsEmail
    const email = this.email.value.trim()
    if (!this.canSend()) return
    if (needs && !EMAIL.test(email)) {
      this.complain(this.s.email_bad, true)
      this.email.focus()
      return
    }
    const text = this.text.value.trim()
    this.text.value = ''
    const files = this.files
    this.files = []
    this.complain(null)
    this.showChips()
    this.typed()
    void this.chat.write(text, files, needs ? email : null)
    this.toEnd()
    this.text.focus()
  }

  private complain(text: string | null, isEmail = false) {
    this.problem.textContent = text
    this.problem.hidden = !text
    this.email.setAttribute('aria-invalid', String(isEmail && !!text))
  }

  private pasted(e: ClipboardEvent) {
    if (e.clipboardData?.files.length) {
      e.preventDefault()
      this.take(e.clipboardData.files)
    }
  }

  private dragged(e: DragEvent) {
    if (!e.dataTransfer?.types.includes('Files')) return
    e.preventDefault()
    this.dropZone.hidden = e.type === 'dragleave' && !this.panel.contains(e.relatedTarget as Node | null)
  }

  private dropped(e: DragEvent) {
    e.preventDefault()
    this.dropZone.hidden = true
    this.take(e.dataTransfer?.files ?? null)
  }

  private take(list: FileList | null) {
    this.complain(null)
    for (const f of list ?? []) {
      if (this.files.length >= MAX_FILES) this.complain(fill(this.s.too_many, { n: MAX_FILES }))
      else if (f.size > MAX_FILE_BYTES)
        this.complain(fill(this.s.too_big, { name: f.name, n: MAX_FILE_BYTES / 1024 / 1024 }))
      else this.files.push(f)
    }
    this.showChips()
    this.typed()
    this.text.focus()
  }

  private showChips() {
    this.chips.hidden = this.files.length === 0
    this.chips.replaceChildren(
      ...this.files.map((f) =>
        h('li', { class: 'chip' }, f.type.startsWith('image/') && picture(f), h('span', {}, f.name),
          h('small', {}, this.size(f.size)),
          h('button', { type: 'button', 'aria-label': fill(this.s.remove, { name: f.name }), onclick: () => {
            this.files = this.files.filter((x) => x !== f)
            this.showChips()
            this.typed()
            this.text.focus()
          } }, cross()))),
    )
  }

  private size(bytes: number) {
    const isMb = bytes >= 1e6
    return new Intl.NumberFormat(this.locale, {
      style: 'unit', unit: isMb ? 'megabyte' : 'kilobyte', maximumFractionDigits: isMb ? 1 : 0,
    }).format(Math.max(1, bytes / (isMb ? 1e6 : 1e3)))
  }

  // ---- showing

  update() {
    const st = this.chat.state
    const c = st.config
    const s = this.s
    this.showUnread(st.unread)
    this.state.textContent = c.is_open ? s.is_in : s.is_away
    this.state.classList.toggle('in', c.is_open)
    this.showStatus(
      st.isRefused ? s.sign_in
      : !st.isConnected || st.isStuck ? (navigator.onLine === false || st.isLoaded ? s.offline : s.broken)
      : !c.is_open && st.messages.length + st.waiting.length > 0 ? (c.away_text ?? s.away)
      : null,
    )
    this.mail.hidden = !st.needsEmail
    this.showAlong()
    this.hello.hidden = st.messages.length + st.waiting.length > 0
    this.root.classList.toggle('empty', !this.hello.hidden)
    if (!this.hello.hidden)
      this.hello.replaceChildren(withMark(44), h('p', { dir: 'auto' }, c.greeting ?? s.hello),
        h('p', { dir: 'auto' }, c.is_open ? s.person : (c.away_text ?? s.away)))
    this.more.hidden = !st.hasEarlier
    this.typing.hidden = st.typing === null
    if (st.typing !== null) this.typing.lastElementChild!.textContent = fill(s.typing, { name: st.typing || c.name })
    this.send.setAttribute('aria-disabled', String(!this.canSend()))
    this.showLines()
  }

  private showUnread(n: number) {
    const s = this.s
    this.badge.textContent = n > 99 ? '99+' : String(n)
    this.badge.hidden = n === 0
    this.bubble.setAttribute('aria-label', n ? `${s.open}, ${fill(s.unread, { n })}` : s.open)
    if (this.panel.hidden && n > this.unread) this.said.textContent = `${s.below}, ${this.chat.state.config.name}`
    this.unread = n
  }

  private showStatus(text: string | null) {
    if (this.status.textContent !== (text ?? '')) this.status.textContent = text
    this.status.hidden = !text
  }

  private showAlong() {
    const { context, showsContext } = this.chat.state
    const entries = Object.entries(context)
    this.along.hidden = !showsContext || entries.length === 0
    const shape = JSON.stringify(entries)
    if (this.along.hidden || shape === this.alongShown) return
    this.alongShown = shape
    const said = entries.filter(([k]) => k !== 'page' && k !== 'language').map(([, v]) => v)
    this.along.replaceChildren(
      h('summary', {}, this.s.along + ': ', said.join(' · ') || entries.map(([, v]) => v).join(' · ')),
      h('dl', {}, ...entries.flatMap(([k, v]) => [h('dt', {}, this.label(k)), h('dd', { dir: 'auto' }, v)])),
      h('button', { class: 'link', type: 'button', onclick: () => {
        this.chat.leaveOutContext()
        this.text.focus()
      } }, this.s.leave_out),
    )
  }

  private label(key: string): string {
    const own = this.s[key as keyof Strings]
    return ['device', 'os', 'os_version', 'app_version', 'region', 'language', 'plan', 'page'].includes(key) ? own : key.replace(/_/g, ' ')
  }

  private showLines() {
    const st = this.chat.state
    const lines: Line[] = [
      ...st.messages.map((m) => ({ key: m.client_id ?? String(m.id), message: m, out: null })),
      ...st.waiting.map((o) => ({ key: o.client_id, message: asMessage(o), out: o })),
    ]
    const log = this.log
    const wasAtEnd = this.isAtEnd()
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop
    if (st.isLoaded && !this.wasLoaded) log.setAttribute('aria-busy', 'true') // history is not news
    const order: HTMLElement[] = []
    let before: Message | null = null
    const lastOwn = [...lines].reverse().find((l) => l.message.from === 'customer')
    for (const l of lines) {
      const day = this.day(l.message, before)
      const isNext = !day && !!before && before.from === l.message.from && before.author_name === l.message.author_name &&
        Date.parse(l.message.created_at) - Date.parse(before.created_at) < GROUP_MS
      if (day) order.push(this.keyed('day' + l.key, day, () => h('p', { class: 'day' }, day)))
      const state = this.stateOf(l, l === lastOwn)
      order.push(this.keyed(l.key, JSON.stringify([l.message, isNext, state, l.out?.failed]), () => this.line(l, isNext, state)))
      before = l.message
    }
    const used = new Set<HTMLElement>(order)
    for (const [k, v] of this.lines)
      if (!used.has(v.el)) {
        v.el.remove()
        this.lines.delete(k)
      }
    // Only what is new or moved is touched, so that a screen reader speaks only of that.
    let at: ChildNode | null = log.firstChild
    for (const el of order) {
      if (el === at) at = at.nextSibling
      else log.insertBefore(el, at)
    }
    if (wasAtEnd) this.toEnd()
    else if (this.isLoadingEarlier) this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd
    if (st.isLoaded && !this.wasLoaded) {
      this.wasLoaded = true
      this.toEnd()
      setTimeout(() => log.removeAttribute('aria-busy'), 100)
    }
  }

  private isLoadingEarlier = false
  private async earlier() {
    this.isLoadingEarlier = true
    try {
      await this.chat.earlier()
    } catch {
      // the button stays; another press tries again
    }
    this.isLoadingEarlier = false
  }

  private keyed(key: string, shape: string, make: () => HTMLElement): HTMLElement {
    const had = this.lines.get(key)
    if (had && had.shape === shape) return had.el
    const el = make()
    if (had) had.el.replaceWith(el)
    else if (this.wasLoaded) {
      el.classList.add('new')
      if (!this.isAtEnd() && el.classList.contains('agent')) this.below.hidden = false
    }
    this.lines.set(key, { el, shape })
    return el
  }

  private line(l: Line, isNext: boolean, state: string | null): HTMLElement {
    const m = l.message
    const s = this.s
    const time = new Date(m.created_at).toLocaleTimeString(this.locale, { hour: 'numeric', minute: '2-digit' })
    const who = m.from === 'customer' ? s.you : m.author_name || s.us
    const el = h('div', { class: `m ${m.from}${isNext ? ' next' : ''}` })
    if (m.from !== 'system') el.append(h('p', { class: 'by' }, h('span', m.from === 'customer' ? { class: 'sr' } : {}, `${who} · `), time))
    if (m.text) el.append(h('div', { class: 'words', dir: 'auto' }, ...linked(m.text)))
    for (const a of m.attachments) el.append(this.attachment(a))
    if (l.out?.failed !== null && l.out?.failed !== undefined) {
      const id = l.out.client_id
      el.append(h('p', { class: 'state bad' }, fill(s.failed, { why: l.out.failed }),
        h('button', { class: 'link', type: 'button', onclick: () => void this.chat.again(id) }, s.again),
        h('button', { class: 'link', type: 'button', onclick: () => void this.chat.discard(id) }, s.discard)))
    } else if (state) el.append(h('p', { class: 'state' }, state))
    return el
  }

  private stateOf(l: Line, isLast: boolean): string | null {
    const st = this.chat.state
    if (l.message.from !== 'customer') return null
    if (l.out) return st.isConnected && !st.isStuck && navigator.onLine !== false ? this.s.sending : this.s.waiting
    return isLast ? (l.message.id <= st.seenId ? this.s.seen : this.s.sent) : null
  }

  private attachment(a: Attachment): HTMLElement {
    const url = a.url && new URL(a.url, this.chat.api.base).href
    if (url && /^image\/(png|jpeg|gif|webp)$/.test(a.type)) {
      const img = h('img', { src: url, alt: a.name, loading: 'lazy', onload: () => this.isAtEnd(300) && this.toEnd() })
      const link = h('a', { class: 'pic', href: url, target: '_blank', rel: 'noopener noreferrer' }, img)
      // A page whose CSP forbids the picture still gets its name.
      img.addEventListener('error', () => link.replaceWith(this.file(a, url)))
      return link
    }
    return this.file(a, url)
  }

  private file(a: Attachment, url: string): HTMLElement {
    const inside = [paper(), h('span', { dir: 'auto' }, a.name), h('small', {}, this.size(a.bytes))]
    return url
      ? h('a', { class: 'file', href: url, target: '_blank', rel: 'noopener noreferrer' }, ...inside)
      : h('div', { class: 'file' }, ...inside)
  }

  private day(m: Message, before: Message | null): string | null {
    const d = new Date(m.created_at)
    if (before && new Date(before.created_at).toDateString() === d.toDateString()) return null
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(d).setHours(0, 0, 0, 0)) / 864e5)
    const text =
      days >= 0 && days < 2
        ? new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' }).format(-days, 'day')
        : d.toLocaleDateString(this.locale, { weekday: 'long', day: 'numeric', month: 'long', ...(days > 300 && { year: 'numeric' }) })
    return text[0]!.toLocaleUpperCase(this.locale) + text.slice(1)
  }

  private isAtEnd(slack = 60) {
    const x = this.scroller
    return x.scrollHeight - x.scrollTop - x.clientHeight < slack
  }
  private toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight
    this.below.hidden = true
  }
  private scrolled() {
    if (this.isAtEnd()) this.below.hidden = true
  }
}

function withMark(size: number) {
  const m = mark(size)
  m.classList.add('mark')
  return m
}

function picture(f: File) {
  const url = URL.createObjectURL(f)
  const img = h('img', { src: url, alt: '' })
  img.addEventListener('error', () => img.remove())
  img.addEventListener('load', () => URL.revokeObjectURL(url))
  return img
}

function asMessage(o: OutMessage): Message {
  return {
    id: 0,
    from: 'customer',
    author_name: '',
    text: o.text,
    created_at: o.created_at,
    client_id: o.client_id,
    attachments: o.files.map((f, n) => ({ n, name: f.name, type: f.type, bytes: f.bytes, url: '' })),
  }
}
