// The shapes of /chat/v1/{widget_token}, as src/desk/chat_api.c answers them.

export interface Config {
  name: string
  greeting: string | null
  away_text: string | null
  color: string | null
  locale: string | null
  is_open: boolean
  needs_email_when_away: boolean
  require_identity: boolean
  origins_ok: boolean
}

export interface Attachment {
  n: number
  name: string
  type: string
  bytes: number
  url: string
}

export interface Message {
  id: number
  from: 'customer' | 'agent' | 'system'
  author_name: string
  text: string
  created_at: string
  client_id?: string | null
  attachments: Attachment[]
}

export interface Session {
  token: string
  contact_name: string | null
  is_known: boolean
}

export interface Identity {
  external_id: string
  name?: string
  email?: string
  signature: string
}

export type Context = Record<string, string>

// Server's limits, so that a person hears of them before the upload (channels/webchat/webchat.h).
export const MAX_TEXT = 10000
export const MAX_FILES = 5
export const MAX_FILE_BYTES = 10 * 1024 * 1024
export const MAX_CONTEXT = 20
export const MAX_CONTEXT_CHARS = 200
