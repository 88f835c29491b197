// Who may come in: setup, login, CSRF, guessing, passwords.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { Api } from '../fixtures/api'
import { BINARY, Daemon, freePort, run, tempDir, until } from '../fixtures/process'
import { ADMIN } from '../fixtures/server'

test('a second setup is refused with exit 1 and changes nothing', async ({ server }) => {
  const file = join(server.dir, 'second')
  await writeFile(file, 'another long password 1')
  const again = await server.cli('setup', ['--admin-email', 'eve@example.org', '--admin-password-file', file])
  expect(again.code).toBe(1)
  expect(again.stdout).toBe('')
  expect((await new Api(server.url).post('/api/v1/session', { email: 'eve@example.org', password: 'another long password 1' })).status).toBe(401)
  expect((await server.login()).base).toBe(server.url)
})

test('the first start prints a setup link that works once', async () => {
  const dir = await tempDir('setup')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const daemon = Daemon.start(BINARY, ['serve', '--data', dir, '--listen', `127.0.0.1:${port}`])
  try {
    await until('the server to listen', () => daemon.output.includes('listening on'))
    const link = await until('the setup link', () => /http:\/\/\S*setup\S*/.exec(daemon.output)?.[0])
    const token = link.split(/[=/#?]/).pop() as string
    const api = new Api(url)
    expect((await api.get('/api/v1/setup')).data.needed).toBe(true)
    const wrong = await api.post('/api/v1/setup', { token: 'wrong', email: 'a@example.org', name: 'A', password: 'a long password 12' })
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    const made = await api.post('/api/v1/setup', { token, email: 'a@example.org', name: 'A', password: 'a long password 12' })
    expect(made.status, made.text).toBeLessThan(300)
    const twice = await api.post('/api/v1/setup', { token, email: 'b@example.org', name: 'B', password: 'a long password 12' })
    expect(twice.status).toBeGreaterThanOrEqual(400)
    expect((await api.get('/api/v1/setup')).data.needed).toBe(false)
    await Api.login(url, 'a@example.org', 'a long password 12')
  } finally {
    await daemon.stop('SIGTERM')
  }
})

test('the session cookie is HttpOnly and SameSite=Lax, new at each login, dead after logout', async ({ server }) => {
  const anonymous = new Api(server.url)
  const first = await anonymous.post('/api/v1/session', ADMIN)
  const cookies = first.headers.getSetCookie()
  const session = cookies.find((c) => c.startsWith('antiphon_session=')) as string
  expect(session).toMatch(/;\s*HttpOnly/i)
  expect(session).toMatch(/;\s*SameSite=Lax/i)
  expect(session).not.toMatch(/;\s*Secure/i)
  const second = await anonymous.post('/api/v1/session', ADMIN, { Cookie: session.split(';')[0] })
  expect(second.headers.getSetCookie().join()).not.toContain(session.split(';')[0])
  const me = await Api.login(server.url, ADMIN.email, ADMIN.password)
  expect((await me.get('/api/v1/me')).data.email).toBe(ADMIN.email)
  await me.delete('/api/v1/session')
  expect((await me.get('/api/v1/me')).status).toBe(401)
})

test('an unsafe request by cookie wants the CSRF token', async ({ server }) => {
  const answer = await new Api(server.url).post('/api/v1/session', ADMIN)
  const cookie = answer.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  const without = new Api(server.url, { Cookie: cookie })
  const wrong = new Api(server.url, { Cookie: cookie, 'X-CSRF-Token': 'wrong' })
  const right = new Api(server.url, { Cookie: cookie, 'X-CSRF-Token': answer.data.csrf_token })
  expect((await without.get('/api/v1/me')).status).toBe(200)
  expect((await without.post('/api/v1/teams', { name: 'A' })).status).toBe(403)
  expect((await wrong.post('/api/v1/teams', { name: 'A' })).status).toBe(403)
  expect((await right.post('/api/v1/teams', { name: 'A' })).status).toBe(201)
})

test('a wrong password and an unknown address are answered alike', async ({ server }) => {
  const api = new Api(server.url)
  const wrong = await api.post('/api/v1/session', { email: ADMIN.email, password: 'not the password 1' })
  const unknown = await api.post('/api/v1/session', { email: 'nobody@example.org', password: 'not the password 1' })
  const { request_id: _a, ...one } = wrong.json
  const { request_id: _b, ...two } = unknown.json
  expect([wrong.status, unknown.status]).toEqual([401, 401])
  expect(one).toEqual(two)
  const known = await api.post('/api/v1/password-reset', { email: ADMIN.email })
  const stranger = await api.post('/api/v1/password-reset', { email: 'nobody@example.org' })
  expect([known.status, stranger.status]).toEqual([202, 202])
  expect(known.text).toBe(stranger.text)
})

test('guessing is slowed down with 429 and Retry-After; the right password works afterwards', async ({ server }) => {
  const api = new Api(server.url)
  let slowed
  for (let i = 0; i < 40 && !slowed; i++) {
    const answer = await api.post('/api/v1/session', { email: 'bo@example.org', password: `guess number ${i}` })
    if (answer.status === 429) slowed = answer
    else expect(answer.status).toBe(401)
  }
  expect(slowed, 'no guess out of 40 was slowed down').toBeTruthy()
  expect(Number(slowed?.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('an agent is invited, sets a password, and sees no settings', async ({ server }) => {
  const agent = await server.addAgent('Bo', 'bo@example.org')
  const bo = await server.login('bo@example.org', agent.password)
  expect((await bo.get('/api/v1/me')).data).toMatchObject({ id: agent.id, role: 'agent' })
  for (const path of ['/api/v1/keys', '/api/v1/audit']) expect([403, 404]).toContain((await bo.get(path)).status)
  expect([403, 404]).toContain((await bo.post('/api/v1/inboxes', { name: 'x', channel: 'api' })).status)
})

test('a second server on the same data is refused', async ({ server }) => {
  const second = await run(BINARY, ['serve', ...server.where, '--listen', '127.0.0.1:0'], { timeout: 15_000 })
  if (server.options.store) return
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(/lock|in use|running/)
})

test('a wrong setting is refused at start by name, help explains every one', async ({ server }) => {
  const help = await run(BINARY, ['help', 'config'])
  expect(help.code).toBe(0)
  expect(help.stdout + help.stderr).toContain('ANTIPHON_')
  const words = await run(BINARY, ['help'])
  for (const command of ['serve', 'setup', 'key', 'import', 'backup', 'restore', 'doctor', 'migrate', 'config']) {
    expect(words.stdout).toContain(command)
    expect((await run(BINARY, ['help', command])).code, command).toBe(0)
  }
  expect((await run(BINARY, ['nonsense'])).code).toBe(2)
  expect((await run(BINARY, ['serve', '--nonsense'])).code).toBe(2)
  expect((await run(BINARY, ['serve', '--data', server.dir, '--listen', 'nonsense'])).code).toBeGreaterThan(0)
})
