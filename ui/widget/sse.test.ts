import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SseParser, type SseEvent } from './sse'

const rows: { says: string; text: string; want: [event: string, data: string, id: string][] }[] = [
  { says: 'one event', text: 'event: message\ndata: {"id":1}\nid: 7\n\n', want: [['message', '{"id":1}', '7']] },
  { says: 'no event name means message', text: 'data: x\n\n', want: [['message', 'x', '']] },
  { says: 'an id stays until another comes', text: 'id: 1\ndata: a\n\ndata: b\n\n', want: [['message', 'a', '1'], ['message', 'b', '1']] },
  { says: 'an event name does not stay', text: 'event: read\ndata: a\n\ndata: b\n\n', want: [['read', 'a', ''], ['message', 'b', '']] },
  { says: 'several data lines are joined', text: 'data: a\ndata: b\n\n', want: [['message', 'a\nb', '']] },
  { says: 'one blank after the colon is not data', text: 'data:  a\n\n', want: [['message', ' a', '']] },
  { says: 'no blank is needed', text: 'data:a\n\n', want: [['message', 'a', '']] },
  { says: 'comments are nothing', text: ': keep-alive\n\ndata: a\n\n', want: [['message', 'a', '']] },
  { says: 'an event without data is none', text: 'event: reset\n\ndata: a\n\n', want: [['message', 'a', '']] },
  { says: 'a field without colon is empty data', text: 'data\n\n', want: [['message', '', '']] },
  { says: 'CRLF', text: 'event: read\r\ndata: a\r\n\r\n', want: [['read', 'a', '']] },
  { says: 'CR', text: 'data: a\r\rdata: b\r\r\n', want: [['message', 'a', ''], ['message', 'b', '']] },
  { says: 'a byte order mark', text: '\ufeffdata: a\n\n', want: [['message', 'a', '']] },
  { says: 'an id with NUL is ignored', text: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n', want: [['message', 'a', '1'], ['message', 'b', '1']] },
  { says: 'unknown fields are ignored', text: 'retry: 5\nx: y\ndata: a\n\n', want: [['message', 'a', '']] },
  { says: 'half an event is none yet', text: 'data: a\n', want: [] },
  { says: 'other scripts', text: 'data: नमस्ते 😀\n\n', want: [['message', 'नमस्ते 😀', '']] },
]

const short = (e: SseEvent[]) => e.map((x) => [x.event, x.data, x.id])

for (const r of rows)
  test(`sse: ${r.says}, however it is cut`, () => {
    assert.deepEqual(short(new SseParser().push(r.text)), r.want)
    for (let at = 0; at <= r.text.length; at++) {
      const p = new SseParser()
      assert.deepEqual(short([...p.push(r.text.slice(0, at)), ...p.push(r.text.slice(at))]), r.want, `cut at ${at}`)
    }
    const p = new SseParser()
    assert.deepEqual(short([...r.text].flatMap((c) => p.push(c))), r.want)
  })

test('sse: the last id is there for the next try', () => {
  const p = new SseParser()
  p.push('id: 41\ndata: a\n\nid: 42\n')
  assert.equal(p.lastId, '42')
})
