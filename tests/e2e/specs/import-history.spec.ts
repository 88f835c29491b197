// antiphon import: mbox, Maildir, JSON lines and the Twitter corpus' CSV; repeatable without doubles,
// on a stopped or a running server; nothing is sent and nobody is told.
import { mkdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../fixtures/test'
import type { Server } from '../fixtures/server'

const mail = (n: number, more = '') =>
  `From: Ana Lima <ana@example.org>\nTo: care@example.org\nSubject: Question ${n}\nMessage-ID: <q${n}@example.org>\n` +
  `Date: Tue, 3 Mar 2026 10:0${n}:00 +0000\n${more}Content-Type: text/plain; charset=utf-8\n\nWords of question ${n}.\nFrom here on it is body.\n`

const mbox = [1, 2, 3]
  .map((n) => `From ana@example.org Tue Mar  3 10:0${n}:00 2026\n${mail(n, n === 3 ? 'In-Reply-To: <q2@example.org>\n' : '').replace('\nFrom here', '\n>From here')}\n`)
  .join('')

const twitter = [
  ',tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id',
  '0,3,115712,True,Tue Oct 31 22:12:00 +0000 2017,"@care no, it says ""try later"",\nagain",,2',
  '1,2,care,False,Tue Oct 31 22:11:45 +0000 2017,"@115712 what does it say?",3,1',
  '2,1,115712,True,Tue Oct 31 22:10:47 +0000 2017,@care my app is broken,"2,4",',
  '3,4,care,False,Tue Oct 31 22:15:00 +0000 2017,@115712 are you there?,,1',
  '4,9,115713,True,Tue Oct 31 23:00:00 +0000 2017,@care hello,,',
].join('\n')

const jsonl = [
  { external_id: 'j1', contact: { external_id: 'cj', name: 'Jo' }, text: 'first', sent_at: '2026-02-01T10:00:00.000Z', thread_external_id: 't' },
  { external_id: 'j2', contact: { external_id: 'cj', name: 'Jo' }, text: 'second', sent_at: '2026-02-01T11:00:00.000Z', thread_external_id: 't' },
]

const figures = (stderr: string) => {
  const last = stderr.trimEnd().split('\n').pop() as string
  const of = (word: string) => Number(new RegExp(`${word}\\D{0,3}(\\d+)|(\\d+) ${word}`).exec(last)?.slice(1).find(Boolean))
  return { read: of('read'), stored: of('stored'), duplicate: of('duplicates?'), refused: of('refused') }
}

async function importTwice(server: Server, path: string, format: string, inbox: string, count: number) {
  const first = await server.cli('import', [path, '--inbox', inbox, '--format', format])
  expect(first.code, first.stderr).toBe(0)
  expect(figures(first.stderr)).toEqual({ read: count, stored: count, duplicate: 0, refused: 0 })
  const again = await server.cli('import', [path, '--inbox', inbox, '--format', 'auto'])
  expect(again.code, again.stderr).toBe(0)
  expect(figures(again.stderr)).toEqual({ read: count, stored: 0, duplicate: count, refused: 0 })
}

async function texts(server: Server) {
  const threads: string[][] = []
  for (const ticket of await server.api.all('/api/v1/tickets')) {
    expect(ticket.is_imported).toBe(true)
    expect(ticket.waiting_since).toBeNull()
    threads.push((await server.api.all(`/api/v1/tickets/${ticket.id}/messages`)).filter((m) => m.kind !== 'activity').map((m) => `${m.kind}: ${m.text.trim().split('\n')[0]}`))
  }
  return threads.sort((a, b) => a[0].localeCompare(b[0]))
}

test('an mbox becomes threads, once', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const file = join(server.dir, 'old.mbox')
  await writeFile(file, mbox)
  await importTwice(server, file, 'mbox', 'Old', 3)
  expect(await texts(server)).toEqual([['incoming: Words of question 1.'], ['incoming: Words of question 2.', 'incoming: Words of question 3.']])
})

test('a Maildir becomes threads, once', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const dir = join(server.dir, 'old.maildir')
  for (const sub of ['new', 'cur', 'tmp']) await mkdir(join(dir, sub), { recursive: true })
  await writeFile(join(dir, 'cur/1.a:2,S'), mail(1))
  await writeFile(join(dir, 'new/2.b'), mail(2))
  await importTwice(server, dir, 'maildir', 'Old', 2)
  expect((await texts(server)).flat()).toHaveLength(2)
})

test('JSON lines become messages, once; a bad line is refused with its reason in a file', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  const file = join(server.dir, 'old.jsonl')
  await writeFile(file, jsonl.map((j) => JSON.stringify(j)).join('\n') + '\n')
  await importTwice(server, file, 'jsonl', 'Old', 2)
  expect(await texts(server)).toEqual([['incoming: first', 'incoming: second']])
  const bad = join(server.dir, 'bad.jsonl')
  await writeFile(bad, `${JSON.stringify({ ...jsonl[0], external_id: 'j3' })}\n{"external_id":"j4"}\nnonsense\n`)
  const ran = await server.cli('import', [bad, '--inbox', 'Old'])
  expect(figures(ran.stderr)).toMatchObject({ read: 3, stored: 1, refused: 2 })
  const reasons = /(\S*refused\S*)/.exec(ran.stderr.replace(/\d+ refused|refused \d+/g, ''))?.[1] as string
  expect(existsSync(reasons.replace(/[:,.)]+$/, '')), ran.stderr).toBe(true)
})

test('the Twitter corpus becomes threads whatever the order of its rows', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'X history', channel: 'api' })
  const file = join(server.dir, 'twcs.csv')
  await writeFile(file, twitter + '\n')
  await importTwice(server, file, 'twitter', 'X history', 5)
  const threads = await texts(server)
  expect(threads.map((t) => t.map((m) => m.split(':')[0]))).toEqual(
    expect.arrayContaining([['incoming'], ['incoming', 'reply', 'incoming', 'reply']]))
})

test('a stopped server is filled all the same', async ({ server }) => {
  await server.api.must('POST', '/api/v1/inboxes', { name: 'Old', channel: 'api' })
  await server.stop()
  const file = join(server.dir, 'old.mbox')
  await writeFile(file, mbox)
  const ran = await server.cli('import', [file, '--inbox', 'Old'])
  expect(ran.code, ran.stderr).toBe(0)
  expect(ran.stdout).toBe('')
  await server.start()
  expect((await texts(server)).flat()).toHaveLength(3)
  await server.stop()
  expect((await server.cli('doctor')).code).toBe(0)
})

test('an unknown inbox or file is exit 2 or 1 with words', async ({ server }) => {
  const none = await server.cli('import', ['/nonexistent', '--inbox', 'Old'])
  expect([1, 2]).toContain(none.code)
  expect(none.stderr).not.toBe('')
})
