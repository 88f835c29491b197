import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gravest } from './alarm'

test('life before money, then who has waited longest', () => {
  const page = (kind: string, minute: number) => ({ kind, at: new Date(minute * 60_000).toISOString() })
  const calls = [page('account_takeover', 1), page('self_harm', 9), page('privacy', 0), page('threat', 2), page('self_harm', 5)]
  assert.deepEqual(
    calls.sort(gravest).map((p) => [p.kind, new Date(p.at).getTime() / 60_000]),
    [['self_harm', 5], ['self_harm', 9], ['threat', 2], ['privacy', 0], ['account_takeover', 1]],
  )
})
