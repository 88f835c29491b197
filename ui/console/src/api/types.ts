// The shapes of API v1, by the words of docs/glossary.md. Times are ISO 8601 UTC; ids fit 53 bits.

export type Role = 'agent' | 'coach' | 'lead' | 'admin'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export type Category = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed'
export type Bucket = Category | 'snoozed' | 'spam' | 'deleted'
export type Kind = 'incoming' | 'reply' | 'note' | 'activity'
export type State =
  | 'received'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'failed'
  | 'unknown'
  | 'stored'
export type DraftKind = 'reply' | 'note'

export interface Me {
  id: number
  name: string
  email: string
  role: Role
  locale: string
  settings: Record<string, unknown>
  permissions: string[]
  csrf_token: string
  demo: boolean
  setup_done: boolean
}

export interface Agent {
  id: number
  name: string
  email: string
  role: Role
  locale: string
  is_active: boolean
  is_invited: boolean
  sees_all: boolean
  inbox_ids: number[]
  team_ids: number[]
  created_at: string
  invite_url?: string
}

export interface Team {
  id: number
  name: string
  agent_ids: number[]
  created_at: string
  rev: number
}

export interface Tag {
  id: number
  name: string
}

export interface Status {
  id: number
  key: string
  name: string
  category: Category
  position: number
}

export interface Key {
  id: number
  name: string
  hint: string
  role: Role
  inbox_id?: number | null
  created_at: string
  last_used_at?: string | null
  revoked_at?: string | null
  key?: string
}

export interface Inbox {
  id: number
  name: string
  channel: string
  channel_label: string
  settings: Record<string, unknown>
  team_id?: number | null
  is_active: boolean
  is_demo: boolean
  health?: string | null
  promise: number // of what is routed by itself, so much must be right
  created_at: string
  rev: number
  widget_token?: string | null
  identity_secret?: string | null
}

export interface Identity {
  inbox_id: number
  channel: string
  external_id: string
  state: 'unknown' | 'claimed' | 'verified'
}

export interface Contact {
  id: number
  name: string
  email?: string | null
  phone?: string | null
  locale?: string | null
  attributes: Record<string, string>
  identities: Identity[]
  created_at: string
  updated_at: string
  rev: number
}

export interface ContactRef {
  id: number
  name: string
  email?: string | null
}

export interface Ticket {
  id: number
  number: number
  subject: string
  status: string
  status_name: string
  status_category: Category
  is_spam: boolean
  is_deleted: boolean
  snoozed_until?: string | null
  priority: Priority
  category?: string | null // a key of the taxonomy: triage/types.ts
  urgency?: 'P1' | 'P2' | 'P3' | 'P4' | null
  language?: string | null
  sentiment?: 'negative' | 'neutral' | 'positive' | null
  inbox_id: number
  inbox_name: string
  channel: string
  channel_label: string
  contact: ContactRef
  assignee_id?: number | null
  assignee_name?: string | null
  team_id?: number | null
  tags: string[]
  waiting_since?: string | null
  created_at: string
  updated_at: string
  solved_at?: string | null
  last_at: string
  last_kind: Kind
  last_author: string
  preview: string
  unread: boolean
  messages: number
  linked_id?: number | null
  is_automatic: boolean
  is_imported: boolean
  rev: number
}

export interface Attachment {
  n: number
  name: string
  type: string
  bytes: number
  url: string
  is_inline: boolean
  content_id?: string | null
}

export interface Message {
  id: number
  ticket_id: number
  kind: Kind
  text: string
  has_html: boolean
  author: { kind: 'contact' | 'agent' | 'key' | 'system'; id?: number | null; name: string }
  state: State
  state_text?: string | null
  reply_to_id?: number | null
  created_at: string
  sent_at?: string | null
  context?: Record<string, unknown> | null
  meta?: Record<string, unknown> | null
  attachments: Attachment[]
  sealed?: { at: number; n: number; kind: string }[] // places of masks [bytes]
}

export interface Draft {
  kind: DraftKind
  text: string
  updated_at: string
}

export interface Count {
  bucket: Bucket
  of: 'all' | 'team' | 'assignee' | 'inbox'
  id?: number | null // of the team, assignee or inbox; null: nobody's
  n: number
}

export interface CategoryCount {
  bucket: Bucket
  category: string
  n: number
}

export interface LiveEvent {
  kind: string
  at?: string
  actor_id?: number | null
  inbox_id?: number | null
  ticket_id?: number | null
  message_id?: number | null
  contact_id?: number | null
  data?: unknown
}

export interface Viewer {
  id: number
  name: string
  state: 'viewing' | 'replying'
}

export interface SpoolItem {
  id: number
  inbox_id: number
  inbox_name: string
  external_id: string
  bytes: number
  error: string | null
  created_at: string
}

export interface SearchHit {
  kind: 'ticket' | 'message' | 'contact'
  ticket_id?: number | null
  ticket_number?: number | null
  message_id?: number | null
  contact_id?: number | null
  title: string
  snippet: string
  at: string
}

export interface AuditLine {
  id: number
  at: string
  actor_kind: string
  actor_id?: number | null
  actor_name?: string | null
  action: string
  object: string
  object_id?: number | null
  detail?: unknown
  ip?: string | null
}

export interface Upload {
  token: string
  name: string
  type: string
  bytes: number
}

export interface Demo {
  is_there: boolean
  agents: { name: string; email: string; role: Role }[]
}

export interface Page<T> {
  data: T[]
  meta: { has_more: boolean; after_cursor: string | null }
}

export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  field?: string
  request_id?: string
}
