// Who is on call for P1, and what the desk does then, over the API.
import { expect, test } from '../fixtures/test'

test('the first admin is on call; a lead says who is next', async ({ server }) => {
  const [admin] = (await server.api.get('/api/v1/agents')).data
  expect((await server.api.get('/api/v1/on-call')).data).toEqual({ agent_ids: [admin.id] })
  expect((await server.api.get('/api/v1/triage')).data.nobody_on_call).toBe(false)
  const bo = await server.addAgent('Bo', 'bo@example.org')
  const lead = await server.addAgent('Li', 'li@example.org', 'lead')
  const li = await server.login('li@example.org', lead.password)
  expect((await li.put('/api/v1/on-call', { agent_ids: [bo.id, admin.id] })).data).toEqual({ agent_ids: [bo.id, admin.id] })
  for (const agent_ids of [[999999], [bo.id, bo.id], Array(51).fill(bo.id), ['x']])
    expect((await li.put('/api/v1/on-call', { agent_ids })).status, JSON.stringify(agent_ids)).toBe(422)
  const asBo = await server.login('bo@example.org', bo.password)
  expect((await asBo.put('/api/v1/on-call', { agent_ids: [bo.id] })).status).toBe(403)
  expect((await asBo.get('/api/v1/on-call')).data.agent_ids).toEqual([bo.id, admin.id])
  await server.api.must('PATCH', `/api/v1/agents/${bo.id}`, { is_active: false })
  expect((await li.get('/api/v1/on-call')).data.agent_ids).toEqual([admin.id])
  expect((await server.api.all('/api/v1/audit')).some((l) => l.action === 'on_call.changed')).toBe(true)
})

test('nobody on call is said by GET /triage and by doctor', async ({ server }) => {
  expect((await server.api.put('/api/v1/on-call', { agent_ids: [] })).data).toEqual({ agent_ids: [] })
  expect((await server.api.get('/api/v1/triage')).data.nobody_on_call).toBe(true)
  const doctor = await server.cli('doctor')
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toMatch(/FOUND {2}nobody is on call/)
})

test('a desk has words of its own for a protocol, and gives them back', async ({ server }) => {
  const threat = async (api = server.api) => (await api.get('/api/v1/protocols')).data.find((p: any) => p.kind === 'threat')
  const built = await threat()
  expect(built.is_own).toBe(false)
  const put = (body: unknown, kind = 'threat') => server.api.put(`/api/v1/protocols/${kind}`, body)
  expect((await put({ title: 'Call the guard', steps: ['Dial 7.'] })).data).toMatchObject({ title: 'Call the guard', steps: ['Dial 7.'], is_own: true, locale: null })
  await put({ locale: 'de-DE', title: 'Wache rufen', steps: ['7 wählen.'] })
  expect((await threat()).title).toBe('Call the guard')
  const admin = await server.login()
  await admin.must('PATCH', '/api/v1/me', { locale: 'de' })
  expect(await threat(admin)).toMatchObject({ title: 'Wache rufen', locale: 'de' })
  for (const [body, kind] of [[{ title: '', steps: ['x'] }], [{ title: 'x', steps: [''] }], [{ title: 'x', steps: Array(21).fill('x') }], [{ title: 'x', steps: ['x'], locale: '../x' }]] as [unknown, string?][])
    expect((await put(body, kind)).status, JSON.stringify(body)).toBe(422)
  expect((await put({ title: 'x', steps: ['x'] }, 'nonsense')).status).toBe(404)
  await put({ title: 'x', steps: [] })
  expect(await threat()).toEqual(built)
})
