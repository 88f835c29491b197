// Reads an event stream as text/event-stream says (WHATWG HTML, 9.2.6), from fetch chunks:
// EventSource can neither send Last-Event-ID on a new URL nor show why it was refused.

export interface Frame {
  id: string // the last id seen so far
  event: string
  data: string
}

/* Feed it decoded text; it calls back once per whole frame. */
export function sseParser(onFrame: (f: Frame) => void) {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []

  function line(l: string) {
    if (l === '') {
      if (data.length) onFrame({ id, event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      return
    }
    const colon = l.indexOf(':')
    if (colon === 0) return // a comment keeps the line open
    const name = colon < 0 ? l : l.slice(0, colon)
    const value = colon < 0 ? '' : l.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
  }

  return (chunk: string) => {
    rest += chunk
    for (;;) {
      const end = rest.search(/\r\n|\n|\r/)
      // A CR at the very end may be half of CRLF: wait for what follows.
      if (end < 0 || (rest[end] === '\r' && end === rest.length - 1)) return
      const l = rest.slice(0, end)
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1))
      line(l)
    }
  }
}
