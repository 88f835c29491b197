// A message told by the stream, put where it belongs: by id, each once. Pure.
import type { Message } from '@/api/types'

export function mergeMessage(messages: Message[], m: Message): Message[] {
  const at = messages.findIndex((x) => x.id === m.id)
  if (at >= 0) return messages.with(at, m)
  const below = messages.findIndex((x) => x.id > m.id)
  return below < 0 ? [...messages, m] : messages.toSpliced(below, 0, m)
}
