// Files on their way into a message: uploaded at once, named in the message by their tokens.
import { computed, ref } from 'vue'
import { upload } from '@/api/client'
import type { Upload } from '@/api/types'
import { wordsFor } from '@/lib/toast'

export interface Uploading {
  id: number
  name: string
  bytes: number
  state: 'going' | 'there' | 'failed'
  token?: string
  error?: string
  abort: AbortController
  file: File
}

let nextId = 1

export function useUploads() {
  const files = ref<Uploading[]>([])

  function set(id: number, more: Partial<Uploading>) {
    files.value = files.value.map((f) => (f.id === id ? { ...f, ...more } : f))
  }
  async function run(u: Uploading) {
    set(u.id, { state: 'going', error: undefined })
    try {
      const got = await upload<Upload>(u.name, u.file, u.abort.signal)
      set(u.id, { state: 'there', token: got.token })
    } catch (e) {
      if (!u.abort.signal.aborted) set(u.id, { state: 'failed', error: wordsFor(e) })
    }
  }
  function add(list: Iterable<File>) {
    for (const file of list) {
      const name = file.name || 'image.png'
      const u: Uploading = { id: nextId++, name, bytes: file.size, state: 'going', abort: new AbortController(), file }
      files.value = [...files.value, u]
      void run(u)
    }
  }
  function drop(id: number) {
    files.value.find((f) => f.id === id)?.abort.abort()
    files.value = files.value.filter((f) => f.id !== id)
  }

  return {
    files,
    add,
    drop,
    retry: (id: number) => {
      const u = files.value.find((f) => f.id === id)
      if (u) void run(u)
    },
    clear: () => (files.value = []),
    isGoing: computed(() => files.value.some((f) => f.state === 'going')),
    hasFailed: computed(() => files.value.some((f) => f.state === 'failed')),
    tokens: computed(() => files.value.flatMap((f) => (f.token ? [f.token] : []))),
  }
}
