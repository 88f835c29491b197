// Server-sent events out of a fetch body (https://html.spec.whatwg.org/#event-stream-interpretation).
// EventSource cannot carry an Authorization header, and a token in a URL ends up in logs.

export interface SseEvent {
  event: string
  data: string
  id: string
}

/** Feed it text as it comes, cut anywhere; it gives back the events that are whole. */
export class SseParser {
  /** The last id seen: what goes into Last-Event-ID. */
  lastId = ''
  private rest = ''
  private data: string[] = []
  private event = ''
  private isFirst = true

  push(chunk: string): SseEvent[] {
    const out: SseEvent[] = []
    let text = this.rest + chunk
    if (this.isFirst && text) {
      this.isFirst = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    for (;;) {
      const end = text.search(/[\r\n]/)
      // A CR at the very end may be half of a CRLF: wait for what follows.
      if (end < 0 || (text[end] === '\r' && end === text.length - 1)) break
      const line = text.slice(0, end)
      text = text.slice(end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1))
      const done = this.line(line)
      if (done) out.push(done)
    }
    this.rest = text
    return out
  }

  private line(line: string): SseEvent | null {
    if (line === '') {
      const event = { event: this.event || 'message', data: this.data.join('\n'), id: this.lastId }
      const has = this.data.length > 0
      this.data = []
      this.event = ''
      return has ? event : null
    }
    const colon = line.indexOf(':')
    if (colon === 0) return null
    const field = colon < 0 ? line : line.slice(0, colon)
    let value = colon < 0 ? '' : line.slice(colon + 1)
    if (value[0] === ' ') value = value.slice(1)
    if (field === 'data') this.data.push(value)
    else if (field === 'event') this.event = value
    else if (field === 'id' && !value.includes('\0')) this.lastId = value
    return null
  }
}
