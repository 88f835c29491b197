// Who works here now? Signs in and out; nothing else keeps the agent.
import { computed, ref } from 'vue'
import { Failure, get, patch, post, del, setCsrf } from '@/api/client'
import type { Me } from '@/api/types'
import { setLocale } from '@/i18n'
import { liveRetry, liveSignOut } from '@/live/live'

export const me = ref<Me | null>(null)
/* The server's own words (people/policy.h): what this agent may do. It decides; this only hides. */
export type Permission =
  | 'QUARANTINE'
  | 'DESK_SEE'
  | 'TRIAGE_TRAIN'
  | 'PII_SEE'
  | 'ON_CALL'
  | 'STATUS_ADMIN'
  | 'AUDIT_SEE'
  | 'INBOX_ADMIN'
  | 'PEOPLE_ADMIN'
  | 'KEY_ADMIN'
export const may = (p: Permission) => me.value?.permissions.includes(p) ?? false

export async function take(m: Me) {
  me.value = m
  setCsrf(m.csrf_token)
  await setLocale(m.locale || 'en')
}

/* True if somebody is signed in. Throws if the server cannot be reached. */
export async function whoAmI(): Promise<boolean> {
  if (me.value) return true
  try {
    await take(await get<Me>('/me', { quiet: true }))
    return true
  } catch (e) {
    if (e instanceof Failure && (e.status === 401 || e.status === 403)) return false
    throw e
  }
}

export async function signIn(email: string, password: string) {
  const m = await post<Me>('/session', { email, password }, { quiet: true })
  await take(m)
  liveRetry()
}

export async function signOut() {
  try {
    await del('/session', { quiet: true })
  } finally {
    forget()
  }
}

export function forget() {
  me.value = null
  setCsrf('')
  liveSignOut()
}

export async function saveMe(changes: {
  name?: string
  locale?: string
  settings?: Record<string, unknown>
  password?: string
  old_password?: string
}) {
  await take(await patch<Me>('/me', changes))
}

/* One setting of the console, kept with the agent. */
export async function saveSetting(name: string, value: unknown) {
  const settings = { ...(me.value?.settings ?? {}), [name]: value }
  if (me.value) me.value.settings = settings
  await saveMe({ settings })
}
export const setting = <T>(name: string, otherwise: T) =>
  computed(() => (me.value?.settings?.[name] as T | undefined) ?? otherwise)
