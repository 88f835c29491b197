// An import of 20,000 shuffled tweets and 2,000 mails is killed in the middle and run again: each is
// there once, the threads are right, the counts equal a recount.
import { createWriteStream } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import { BINARY, Daemon, ROOT, pause, until } from '../fixtures/process'
import type { Server } from '../fixtures/server'

/** Runs a generator of tests/tools into a file; gives what it said of it. */
function make(tool: string, n: number, file: string): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn('python3', [join(ROOT, 'tests/tools', tool), String(n)])
    let said = ''
    child.stdout.pipe(createWriteStream(file))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', failed)
    child.on('close', (code) => (code === 0 ? done(said) : failed(new Error(said))))
  })
}

const last = (stderr: string) => stderr.trimEnd().split('\n').pop() as string

async function killedImport(server: Server, file: string, after: number): Promise<boolean> {
  const daemon = Daemon.start(BINARY, ['import', file, '--inbox', 'Old', ...server.where])
  await pause(after)
  const wasRunning = !daemon.hasEnded
  await daemon.stop('SIGKILL')
  return wasRunning
}

async function ticketCount(server: Server): Promise<number> {
  const counts = await server.api.get('/api/v1/counts')
  return counts.data.reduce((sum: number, c: { of: string; n: number }) => sum + (c.of === 'all' ? c.n : 0), 0)
}

test('tweets: killed and run again, each is there once', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  await server.stop()
  const file = join(server.dir, 'tweets.csv')
  const [, tickets] = /tickets (\d+)/.exec(await make('twitter_csv.py', 20_000, file)) as RegExpExecArray
  let kills = 0
  for (const after of [350, 500, 700]) kills += (await killedImport(server, file, after)) ? 1 : 0
  expect(kills).toBeGreaterThan(0)
  const again = await server.cli('import', [file, '--inbox', 'Old'])
  expect(again.code, again.stderr).toBe(0)
  const [, stored, duplicate] = /^read 20000, stored (\d+), duplicate (\d+), refused 0$/.exec(last(again.stderr)) as RegExpExecArray
  expect(Number(stored) + Number(duplicate)).toBe(20_000)
  const once = await server.cli('import', [file, '--inbox', 'Old'])
  expect(last(once.stderr)).toBe('read 20000, stored 0, duplicate 20000, refused 0')
  const doctor = await server.cli('doctor')
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
  await server.start()
  expect(await ticketCount(server)).toBe(Number(tickets))
})

test('mails: a server that is killed while it imports goes on from there', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const file = join(server.dir, 'old.mbox')
  await make('mbox.py', 2_000, file)
  const importing = server.cli('import', [file, '--inbox', 'Old'])
  await until('the first mails', async () => (await server.api.get('/api/v1/tickets?limit=1')).data.length === 1)
  await server.kill()
  // On SQLite it runs inside the server and dies with it; on PostgreSQL it goes on by itself.
  expect((await importing).code).toBe(server.options.store ? 0 : 1)
  await server.start()
  const again = await server.cli('import', [file, '--inbox', 'Old'])
  expect(again.code, again.stderr).toBe(0)
  expect(last(again.stderr)).toMatch(/^read 2000, stored \d+, duplicate \d+, refused 0$/)
  const once = await server.cli('import', [file, '--inbox', 'Old'])
  expect(last(once.stderr)).toBe('read 2000, stored 0, duplicate 2000, refused 0')
  await server.stop()
  const doctor = await server.cli('doctor')
  expect(doctor.code, doctor.stdout + doctor.stderr).toBe(0)
})
