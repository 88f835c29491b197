// The big list of naughty strings: in every field they come back as they went in.
import { readFileSync } from 'node:fs'
import { expect, sharedData, test } from '../fixtures/test'

const own = [
  "Robert'); DROP TABLE ticket;--", '<script>alert(1)</script>', '\u202Ebackwards', '🧑🏽‍🚀👩‍👩‍👧‍👦🏳️‍🌈', 'ﷺ'.repeat(50),
  '%s%n%x', '${jndi:ldap://x}', '../../etc/passwd', 'a\u0301\u0301\u0301', '{{7*7}}', '\ufeffbom', '\\u0041', '"quoted\\"',
]

async function roundTrip(server: any, strings: string[]) {
  const inbox = await server.api.apiInbox()
  const wrong: string[] = []
  const work = strings.map((s, i) => ({ s, i }))
  const one = async ({ s, i }: { s: string; i: number }) => {
    const short = [...s].slice(0, 60).join('')
    const sent = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, {
      external_id: `n-${i}`,
      contact: { external_id: `c-${i}-${short}`, name: short, attributes: { note: s } },
      text: s,
      subject: short,
      context: { device: short },
    })
    if (sent.status !== 202) {
      wrong.push(`${i} ${JSON.stringify(s)}: ${sent.status} ${sent.text}`)
      return
    }
    const message = (await server.api.get(`/api/v1/messages/${sent.data.message_id}`)).data
    const ticket = (await server.api.get(`/api/v1/tickets/${sent.data.ticket_id}`)).data
    const contact = (await server.api.get(`/api/v1/contacts/${ticket.contact.id}`)).data
    const pairs: [string, string, string][] = [
      ['text', s, message.text],
      ['context.device', short, message.context.device],
      ['subject', short, ticket.subject],
      ['name', short, contact.name],
      ['attribute', s, contact.attributes.note],
      ['external_id', `c-${i}-${short}`, contact.identities[0].external_id],
    ]
    for (const [field, want, got] of pairs)
      if (want !== got) wrong.push(`${i} ${field}: ${JSON.stringify(want)} came back as ${JSON.stringify(got)}`)
    const found = await server.api.get(`/api/v1/search?q=${encodeURIComponent([...s].slice(0, 100).join(''))}`)
    if (found.status >= 500) wrong.push(`${i} search: ${found.status}`)
    const note = await server.api.post(`/api/v1/tickets/${sent.data.ticket_id}/messages`, { kind: 'note', text: s })
    if (note.status !== 201) wrong.push(`${i} note: ${note.status} ${note.text}`)
  }
  while (work.length) await Promise.all(work.splice(0, 8).map(one))
  expect(wrong).toEqual([])
}

// A text of white space only says nothing and is refused like an empty one.
const speaks = (s: string) => s.trim() !== '' && !s.includes('\u0000')

test('strings of our own come back as they went in', async ({ server }) => {
  await roundTrip(server, own.filter(speaks))
})

const list = sharedData('naughty_strings')
if (list)
  test('the naughty strings come back as they went in', async ({ server }) => {
    const coded: string[] = JSON.parse(readFileSync(`${list}/blns.base64.json`, 'utf8'))
    const strings = coded.map((s) => Buffer.from(s, 'base64').toString('utf8'))
    await roundTrip(server, strings.filter(speaks))
    const inbox = await server.api.apiInbox('Empty')
    for (const s of strings.filter((s) => !speaks(s)).slice(0, 20))
      expect([202, 422]).toContain((await server.api.say(inbox, `e-${strings.indexOf(s)}`, s)).status)
  })

const json = sharedData('json_parsing')
if (json)
  test('JSON that must be refused is refused, JSON that must be taken is parsed', async ({ server }) => {
    const { readdirSync } = await import('node:fs')
    const inbox = await server.api.apiInbox()
    const wrong: string[] = []
    for (const file of readdirSync(json).filter((f) => f.endsWith('.json'))) {
      const body = readFileSync(`${json}/${file}`)
      const answer = await server.api.post(`/api/v1/inboxes/${inbox}/messages`, new Uint8Array(body))
      // No file is a message of ours: a y_ file is parsed and then breaks our shape (422 with a
      // field or "an object is wanted"), an n_ file is no JSON.
      if (answer.status < 400 || answer.status >= 500) wrong.push(`${file}: ${answer.status}`)
    }
    expect(wrong).toEqual([])
    expect((await server.api.get('/api/v1/me')).status).toBe(200)
  })
