// Words not yet known to be on the server: they outlive a change of ticket and a reload.

const KEY = 'antiphon.unsaved'
const words = new Map<string, string>(read())

function read(): [string, string][] {
  try {
    return Object.entries(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Record<string, string>)
  } catch {
    return []
  }
}
function write() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(words)))
  } catch {
    /* full: they still live in memory */
  }
}

export const unsaved = {
  get: (name: string) => words.get(name),
  set(name: string, text: string) {
    words.set(name, text)
    write()
  },
  /* It is there now, unless more was typed meanwhile. */
  done(name: string, text: string) {
    if (words.get(name) !== text) return
    words.delete(name)
    write()
  },
}
