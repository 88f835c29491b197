// Raw requests that no strict server accepts, over a socket.
import { connect } from 'node:net'
import { expect, test } from '../fixtures/test'
import { pause } from '../fixtures/process'

/** Sends bytes and gives the status of the answer, "closed" or "silent". */
function probe(port: number, bytes: string | Buffer, ms = 8000): Promise<number | 'closed' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const end = (result: number | 'closed' | 'silent') => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(ms, () => end('silent'))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const status = /^HTTP\/1\.1 (\d{3}) [\s\S]*?\r\n\r\n/.exec(text)
      if (status) end(Number(status[1]))
    })
    socket.on('close', () => end('closed'))
    socket.on('error', () => end('closed'))
    socket.write(bytes)
  })
}

const POST = 'POST /api/v1/inboxes HTTP/1.1\r\nHost: localhost\r\n'
const GET = 'GET /healthz HTTP/1.1\r\n'
const rows: [string, string, (number | 'closed')[]][] = [
  ['two Content-Lengths', `${POST}Content-Length: 7\r\nContent-Length: 8\r\n\r\n{"a":1}`, [400]],
  ['two equal Content-Lengths', `${POST}Content-Length: 7\r\nContent-Length: 7\r\n\r\n{"a":1}`, [400]],
  ['Content-Length with Transfer-Encoding', `${POST}Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
  ['Transfer-Encoding with Content-Length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n0\r\n\r\n`, [400]],
  ['Content-Length: +5', `${POST}Content-Length: +5\r\n\r\nhello`, [400]],
  ['Content-Length: -5', `${POST}Content-Length: -5\r\n\r\n`, [400]],
  ['Content-Length: 5,5', `${POST}Content-Length: 5,5\r\n\r\nhello`, [400]],
  ['an endless Content-Length', `${POST}Content-Length: 99999999999999999999\r\n\r\n`, [400, 413]],
  ['a space before the colon', `${POST}Content-Length : 7\r\n\r\n{"a":1}`, [400]],
  ['bare LF', 'GET /healthz HTTP/1.1\nHost: localhost\n\n', [400]],
  ['bare CR', 'GET /healthz HTTP/1.1\r\nHost: localhost\rX-A: b\r\n\r\n', [400]],
  ['NUL in a value', `${GET}Host: localhost\r\nX-A: a\0b\r\n\r\n`, [400]],
  ['a folded header', `${GET}Host: localhost\r\nX-A: a\r\n b\r\n\r\n`, [400]],
  ['no Host', `${GET}\r\n`, [400]],
  ['two Hosts', `${GET}Host: a\r\nHost: b\r\n\r\n`, [400]],
  ['an unknown Transfer-Encoding', `${POST}Transfer-Encoding: xchunked\r\n\r\n`, [400, 501]],
  ['Transfer-Encoding: chunked, identity', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, [400, 501]],
  ['a header of 64 KiB', `${GET}Host: localhost\r\nX-A: ${'a'.repeat(65536)}\r\n\r\n`, [431]],
  ['500 headers', `${GET}Host: localhost\r\n${'X-A: b\r\n'.repeat(500)}\r\n`, [431]],
  ['a method of odd bytes', 'G\xffT /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', [400, 405, 501]],
  ['HTTP/3.7', 'GET /healthz HTTP/3.7\r\nHost: localhost\r\n\r\n', [400, 505]],
  ['a body over the limit', `${POST}Content-Type: application/json\r\nContent-Length: 500000000\r\n\r\n`, [413]],
]

test('what a strict server refuses is refused', async ({ server }) => {
  const wrong: string[] = []
  for (const [says, bytes, want] of rows) {
    const got = await probe(server.port, Buffer.from(bytes, 'latin1'))
    if (!want.includes(got as number)) wrong.push(`${says}: ${got}`)
  }
  expect(wrong).toEqual([])
  expect(await probe(server.port, `${GET}Host: localhost\r\n\r\n`)).toBe(200)
})

test('a body in a packet of its own is read, also when the client asks to close', async ({ server }) => {
  const body = JSON.stringify({ name: 'In two packets', channel: 'api' })
  const head = `POST /api/v1/inboxes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const answer = await new Promise<string>((resolve) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true })
    let text = ''
    socket.setTimeout(10_000, () => socket.destroy())
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('close', () => resolve(text))
    socket.write(head)
    setTimeout(() => socket.write(body), 100)
  })
  expect(answer).toContain('HTTP/1.1 201')
})

test('a trickled header and a silent client are closed, others unharmed', async ({ server }) => {
  test.setTimeout(120_000)
  const slow = new Promise<string>((resolve) => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('close', () => resolve('closed'))
    socket.on('error', () => resolve('closed'))
    socket.on('data', () => undefined)
    socket.write(`${GET}Host: localhost\r\nX-A: `)
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('a')), 500)
    setTimeout(() => resolve('still open'), 60_000)
  })
  const silent = probe(server.port, '', 60_000)
  const stalled = probe(server.port, `${POST}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"`, 60_000)
  for (let i = 0; i < 20; i++) {
    expect((await fetch(server.url + '/healthz')).status).toBe(200)
    await pause(20)
  }
  expect(await slow).toBe('closed')
  expect(['closed', 408]).toContain(await silent)
  expect(['closed', 400, 401, 408]).toContain(await stalled)
})

test('a page answers with the headers that keep a browser safe', async ({ server }) => {
  const page = await fetch(server.url + '/')
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'/)
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await fetch(server.url + '/../../etc/passwd')).status).not.toBe(500)
  for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/files/..%2f..%2fetc/passwd/x', '/%00']) {
    const answer = await fetch(server.url + path)
    expect(answer.status).toBeLessThan(500)
    expect(await answer.text()).not.toContain('root:')
  }
})
