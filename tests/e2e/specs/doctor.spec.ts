// antiphon doctor finds what is broken and says nothing where all is well; backup and restore notice damage.
import { appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { BINARY, run, tempDir } from '../fixtures/process'
import type { Server } from '../fixtures/server'

const mail = 'From: Ana <ana@example.org>\nMessage-ID: <1@example.org>\n\nHello\n'

/** A server with one imported mail, so that there is a blob. */
async function withMail(server: Server): Promise<void> {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const file = join(server.dir, 'old.mbox')
  await writeFile(file, `From ana@example.org Tue Mar  3 10:00:00 2026\n${mail}`)
  expect((await server.cli('import', [file, '--inbox', 'Old'])).code).toBe(0)
}

async function firstBlob(dir: string): Promise<string> {
  const [shelf] = await readdir(join(dir, 'blobs'))
  const [name] = await readdir(join(dir, 'blobs', shelf))
  return join(dir, 'blobs', shelf, name)
}

test('doctor is content with a running server and with a stopped one', async ({ server }) => {
  await withMail(server)
  const running = await server.cli('doctor')
  expect(running.code, running.stdout).toBe(0)
  expect(running.stdout).not.toContain('FOUND')
  await server.stop()
  expect((await server.cli('doctor')).code).toBe(0)
  expect((await server.cli('migrate')).code).toBe(0)
})

test('doctor finds a damaged mail', async ({ server }) => {
  await withMail(server)
  await server.stop()
  await appendFile(await firstBlob(server.dir), 'x')
  const found = await server.cli('doctor')
  expect(found.code).toBe(1)
  expect(found.stdout).toMatch(/FOUND {2}blob [0-9a-f]{64}/)
  expect((await server.cli('doctor', ['--quick'])).code).toBe(0)
  const backup = await server.cli('backup', [join(await tempDir('backup'), 'b')])
  expect(backup.code, 'a backup of what is damaged must not look like a good one').toBe(1)
})

test('restore refuses a damaged, an unfinished and a foreign backup, and a folder in use', async ({ server }) => {
  await withMail(server)
  const path = join(await tempDir('backup'), 'b')
  expect((await server.cli('backup', [path])).code).toBe(0)
  const sums = await run('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: path })
  expect(sums.code, sums.stdout).toBe(0)
  expect((await server.cli('restore', [path])).code).toBe(1)

  const into = async () => ['--data', join(await tempDir('restored'), 'data')]
  const good = await into()
  expect((await run(BINARY, ['restore', path, ...good])).code).toBe(0)
  expect((await run(BINARY, ['doctor', ...good])).code).toBe(0)
  expect((await run(BINARY, ['restore', path, ...good])).code).toBe(1)

  await appendFile(await firstBlob(path), 'x')
  const damaged = await run(BINARY, ['restore', path, ...(await into())])
  expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining('damaged')])
  await writeFile(join(path, 'SHA256SUMS'), `${'0'.repeat(64)}  ../../etc/passwd\n`)
  const foreign = await run(BINARY, ['restore', path, ...(await into())])
  expect([foreign.code, foreign.stderr]).toEqual([2, expect.stringContaining('no backup has')])
  const none = await run(BINARY, ['restore', server.dir, ...(await into())])
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no finished backup')])
})
