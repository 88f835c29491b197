// The demo's logins. The link that `serve --demo` prints carries their password behind the "#",
// which no server and no log sees; this browser keeps it, to change between the agents.
import { get } from '@/api/client'
import type { Demo, Role } from '@/api/types'
import { keep } from './keep'

export interface DemoLogin {
  name: string
  email: string
  role: Role
  password: string
}

const kept = keep<string>('demo', '')

function passwordOf(): string {
  const found = /^#demo=(.+)$/.exec(location.hash)?.[1]
  if (found) {
    kept.set(decodeURIComponent(found))
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  return kept.get()
}

export async function demoLogins(): Promise<DemoLogin[]> {
  const password = passwordOf()
  if (!password) return []
  const demo = await get<Demo>('/demo', { quiet: true })
  return demo.is_there ? demo.agents.map((a) => ({ ...a, password })) : []
}
