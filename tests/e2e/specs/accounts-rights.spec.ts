// Rights end when they are taken: sessions, keys, streams; and guessing gets slower.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { Api } from '../fixtures/api'
import { BINARY, Daemon, freePort, run, tempDir, until } from '../fixtures/process'
import { ADMIN } from '../fixtures/server'

test('a new password ends the other sessions and open links, not this one', async ({ server }) => {
  const { id, password } = await server.addAgent('Bo', 'bo@example.org')
  const link = await server.api.must('POST', `/api/v1/agents/${id}/reset-link`)
  const here = await server.login('bo@example.org', password)
  const there = await server.login('bo@example.org', password)
  const changed = await here.patch('/api/v1/me', { password: 'quite another one 12', old_password: password })
  expect(changed.status, changed.text).toBe(200)
  expect((await here.get('/api/v1/me')).status).toBe(200)
  expect((await there.get('/api/v1/me')).status).toBe(401)
  const token = link.url.split('=').pop()
  const used = await new Api(server.url).post('/api/v1/password-reset/confirm', { token, password: 'from an old link 12' })
  expect(used.status).toBe(404)
})

test('changing oneself does not bring a role back', async ({ server }) => {
  const { id, password } = await server.addAgent('Bo', 'bo@example.org', 'admin')
  const bo = await server.login('bo@example.org', password)
  const slow = bo.patch('/api/v1/me', { password: 'quite another one 12', old_password: password })
  await new Promise((done) => setTimeout(done, 60)) // while the password is hashed
  await server.api.must('PATCH', `/api/v1/agents/${id}`, { role: 'agent' })
  await slow
  const list = await server.api.must('GET', '/api/v1/agents')
  expect(list.find((a: any) => a.id === id).role).toBe('agent')
})

test('a closed account is out, and opening it again does not bring its sessions back', async ({ server }) => {
  const { id, password } = await server.addAgent('Bo', 'bo@example.org')
  const bo = await server.login('bo@example.org', password)
  await server.api.must('PATCH', `/api/v1/agents/${id}`, { is_active: false })
  expect((await bo.get('/api/v1/me')).status).toBe(401)
  await server.api.must('PATCH', `/api/v1/agents/${id}`, { is_active: true })
  expect((await bo.get('/api/v1/me')).status).toBe(401)
  const audit = await server.api.must('GET', '/api/v1/audit?limit=100')
  const lines = audit.filter((l: any) => l.action === 'agent.changed').map((l: any) => l.detail)
  expect(lines).toContainEqual({ is_active: false })
})

test('the event stream of a revoked key ends', async ({ server }) => {
  const made = await server.api.must('POST', '/api/v1/keys', { name: 'wall', role: 'agent' })
  const inbox = await server.api.apiInbox()
  const got = await fetch(server.url + '/api/v1/events', { headers: { Authorization: `Bearer ${made.key}` } })
  expect(got.status).toBe(200)
  let text = ''
  let hasEnded = false
  void (async () => {
    const reader = got.body!.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += new TextDecoder().decode(value)
    }
    hasEnded = true
  })().catch(() => (hasEnded = true))
  await until('the greeting', () => text.includes('event: hello'))
  await server.api.must('DELETE', `/api/v1/keys/${made.id}`)
  await server.api.say(inbox, '1', 'only for those who may')
  await until('the stream to end', () => hasEnded)
  expect(text).not.toContain('message.created')
})

test('guessing one account is slowed down from any address, known or not', async ({ newServer }) => {
  const server = await newServer({ env: { ANTIPHON_TRUSTED_PROXIES: '127.0.0.1' } })
  for (const email of [ADMIN.email, 'nobody@example.org']) {
    const seen: number[] = []
    for (let i = 0; i < 7; i++) {
      const from = { 'X-Forwarded-For': `198.51.100.${i + 1}` }
      seen.push((await new Api(server.url).post('/api/v1/session', { email, password: 'not the password 1' }, from)).status)
    }
    expect(seen, email).toEqual([401, 401, 401, 401, 401, 429, 429])
  }
})

test('a key of one inbox makes no keys, agents or inboxes, whatever its role', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const made = await server.api.must('POST', '/api/v1/keys', { name: 'one', role: 'admin', inbox_id: inbox })
  const api = Api.withKey(server.url, made.key)
  expect((await api.get(`/api/v1/inboxes/${inbox}`)).status).toBe(200)
  expect((await api.post('/api/v1/keys', { name: 'all', role: 'admin' })).status).toBe(403)
  expect((await api.post('/api/v1/agents', { name: 'E', email: 'e@example.org', role: 'admin' })).status).toBe(403)
  expect((await api.post('/api/v1/inboxes', { name: 'mine', channel: 'api' })).status).toBe(403)
  expect((await api.get('/api/v1/audit')).status).toBe(403)
})

test('what two people edit is guarded by If-Match: inbox, team, agent', async ({ server }) => {
  const inbox = await server.api.apiInbox()
  const team = (await server.api.must('POST', '/api/v1/teams', { name: 'A' })).id
  const agent = (await server.addAgent('Bo', 'bo@example.org')).id
  for (const path of [`/api/v1/inboxes/${inbox}`, `/api/v1/teams/${team}`, `/api/v1/agents/${agent}`]) {
    const first = await server.api.patch(path, { name: 'Bea' })
    expect(first.status, first.text).toBe(200)
    const tag = first.headers.get('etag') as string
    expect((await server.api.patch(path, { name: 'Cleo' }, { 'If-Match': tag })).status).toBe(200)
    expect((await server.api.patch(path, { name: 'Dora' }, { 'If-Match': tag })).status).toBe(412)
  }
})

test('settings that break a rule are refused with their path', async ({ newServer }) => {
  const server = await newServer({ env: { ANTIPHON_ECHO: '0' } })
  const post = (channel: string, settings: object) => server.api.post('/api/v1/inboxes', { name: channel, channel, settings })
  const mail = await post('email', { address: 'not an address' })
  const plain = await post('email', {
    address: 'a@example.org',
    imap: { host: 'mail.example.org', security: 'none', user: 'a', password: 'b' },
  })
  const chat = await post('webchat', { origins: ['nonsense'] })
  const echo = await post('echo', { file: '/tmp/anywhere' })
  expect([mail, plain, chat, echo].map((a) => [a.status, a.json.field])).toEqual([
    [422, 'settings.address'],
    [422, 'settings.imap.host'],
    [422, 'settings.origins.0'],
    [422, 'settings.file'],
  ])
})

// Ratios of medians, of requests that alternate: how busy the machine is falls out.
test('how long an answer takes tells nothing of accounts', async ({ newServer }) => {
  const server = await newServer({ env: { ANTIPHON_TRUSTED_PROXIES: '127.0.0.1' } })
  const known: string[] = []
  for (let i = 0; i < 4; i++) {
    await server.addAgent(`agent ${i}`, `known${i}@example.org`)
    known.push(`known${i}@example.org`)
  }
  let n = 0
  const took = async (path: string, body: object) => {
    const from = { 'X-Forwarded-For': `198.51.100.${++n % 250}` }
    const begun = process.hrtime.bigint()
    expect([202, 401]).toContain((await new Api(server.url).post(path, body, from)).status)
    return Number(process.hrtime.bigint() - begun)
  }
  const median = (v: number[]) => v.sort((x, y) => x - y)[v.length >> 1] as number
  for (const [path, most] of [['/api/v1/session', 2], ['/api/v1/password-reset', 3]] as [string, number][]) {
    const times: { known: number[]; stranger: number[] } = { known: [], stranger: [] }
    const password = path.endsWith('session') ? { password: 'not the password 1' } : {}
    for (let i = 0; i < 20; i++) {
      times.known.push(await took(path, { email: known[i % 4], ...password }))
      times.stranger.push(await took(path, { email: `stranger${i % 4}@example.org`, ...password }))
    }
    const ratio = median(times.known) / median(times.stranger)
    expect(ratio, path).toBeLessThan(most)
    expect(ratio, path).toBeGreaterThan(1 / most)
  }
})

test('the session cookie is Secure where the proxy speaks TLS', async ({ newServer }) => {
  const server = await newServer({ env: { ANTIPHON_TRUSTED_PROXIES: '127.0.0.1' } })
  const answer = await new Api(server.url).post('/api/v1/session', ADMIN, { 'X-Forwarded-Proto': 'https' })
  expect(answer.headers.getSetCookie()[0]).toMatch(/;\s*Secure/i)
})

test('a setup link is worth nothing once the desk was set up another way', async () => {
  const dir = await tempDir('setup')
  const port = await freePort()
  const daemon = Daemon.start(BINARY, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`])
  try {
    const link = await until('the setup link', () => /http:\/\/\S*setup\S*/.exec(daemon.output)?.[0])
    await writeFile(join(dir, 'password'), ADMIN.password)
    const made = await run(BINARY, ['setup', '--data', dir, '--admin-email', ADMIN.email, '--admin-password-file', join(dir, 'password')])
    expect(made.code, made.stderr).toBe(0)
    const token = link.split('=').pop()
    const used = await new Api(`http://127.0.0.1:${port}`).post('/api/v1/setup', { token, email: 'e@example.org', name: 'E', password: 'a long password 12' })
    expect([404, 409]).toContain(used.status)
    expect((await new Api(`http://127.0.0.1:${port}`).post('/api/v1/session', { email: 'e@example.org', password: 'a long password 12' })).status).toBe(401)
  } finally {
    await daemon.stop('SIGTERM')
  }
})
