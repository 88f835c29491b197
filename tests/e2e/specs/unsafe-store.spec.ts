// A PostgreSQL that may forget what it said is refused, unless one insists.
import { expect, test } from '../fixtures/test'
import { BINARY, run } from '../fixtures/process'

test('serve refuses synchronous_commit off unless --unsafe-store', async ({ newServer, postgres }) => {
  const server = await newServer()
  await server.stop()
  const database = new URL(server.options.store as string).pathname.slice(1)
  await (await postgres()).query('postgres', `ALTER DATABASE ${database} SET synchronous_commit = off`)
  const refused = await run(BINARY, ['serve', ...server.where, '--listen', '127.0.0.1:0'], { timeout: 15_000 })
  expect(refused.code).toBeGreaterThan(0)
  expect(refused.stderr).toContain('synchronous_commit')
  await server.start({ args: ['--unsafe-store'] })
  expect((await server.api.get('/api/v1/me')).status).toBe(200)
})
