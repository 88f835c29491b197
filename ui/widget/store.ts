// What the browser keeps: a small record in localStorage and the outbox, with its files, in
// IndexedDB. A browser that keeps nothing (private mode, blocked storage) gets a memory that
// lasts as long as the page.

export interface OutFile {
  name: string
  type: string
  bytes: number
  blob: Blob | null // null once uploaded
  token: string | null
}

export interface OutMessage {
  client_id: string
  owner: string // whose it is (chat.ts)
  seq: number // order of writing
  text: string
  files: OutFile[]
  email?: string
  context?: Record<string, string>
  created_at: string
  failed: string | null // why the server refused it; null: still to be sent
  isRetried: boolean // its files were uploaded a second time
}

export interface Kept {
  token?: string
  isKnown?: boolean
  readId?: number
  hasEmail?: boolean
  contextSent?: string
  draft?: string
}

export class Keep {
  private value: Kept = {}
  constructor(private readonly key: string) {
    this.reload()
  }
  reload() {
    try {
      this.value = JSON.parse(localStorage.getItem(this.key) ?? '{}') as Kept
    } catch {
      // blocked or broken: what is in memory stays
    }
  }
  get(): Readonly<Kept> {
    return this.value
  }
  set(change: Kept) {
    this.value = { ...this.value, ...change }
    this.save()
  }
  clear() {
    this.value = {}
    try {
      localStorage.removeItem(this.key)
    } catch {
      // blocked
    }
  }
  private save() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.value))
    } catch {
      // full or blocked
    }
  }
}

function asked<T>(r: IDBRequest<T>): Promise<T> {
  return new Promise((ok, no) => {
    r.onsuccess = () => ok(r.result)
    r.onerror = () => no(r.error)
  })
}

/** Messages on their way out, oldest first. Nothing is made in the browser before the first. */
export class Outbox {
  private memory = new Map<string, OutMessage>()
  private db: Promise<IDBDatabase | null> | null = null
  private readonly flag: string

  constructor(private readonly name: string) {
    this.flag = name + ':outbox'
  }

  private isMade(): boolean {
    try {
      return localStorage.getItem(this.flag) !== null
    } catch {
      return false
    }
  }

  private open(): Promise<IDBDatabase | null> {
    return (this.db ??= new Promise((ok) => {
      try {
        localStorage.setItem(this.flag, '1')
        const r = indexedDB.open(this.name, 1)
        r.onupgradeneeded = () => r.result.createObjectStore('outbox', { keyPath: 'client_id' })
        r.onsuccess = () => ok(r.result)
        r.onerror = () => ok(null)
        r.onblocked = () => ok(null)
      } catch {
        ok(null)
      }
    }))
  }

  async all(): Promise<OutMessage[]> {
    const list = await this.run((s) => s.getAll() as IDBRequest<OutMessage[]>, 'readonly')
    return [...(list ?? []), ...this.memory.values()].sort((a, b) => a.seq - b.seq)
  }
  async put(m: OutMessage): Promise<void> {
    if ((await this.run((s) => s.put(m), 'readwrite')) === undefined) this.memory.set(m.client_id, m)
  }
  async remove(clientId: string): Promise<void> {
    this.memory.delete(clientId)
    await this.run((s) => s.delete(clientId) as IDBRequest<unknown>, 'readwrite')
  }
  /** undefined: this browser keeps nothing. */
  private async run<T>(
    ask: (s: IDBObjectStore) => IDBRequest<T>,
    mode: IDBTransactionMode,
  ): Promise<T | undefined> {
    if (mode === 'readonly' && !this.db && !this.isMade()) return undefined
    const db = await this.open()
    if (!db) return undefined
    try {
      return await asked(ask(db.transaction('outbox', mode).objectStore('outbox')))
    } catch {
      return undefined
    }
  }
}
