// Small things this browser remembers: pane widths, a ticket's last mode. Losing them is fine.

export function keep<T>(name: string, otherwise: T): { get: () => T; set: (v: T) => void } {
  const key = 'antiphon.' + name
  return {
    get() {
      try {
        const raw = localStorage.getItem(key)
        return raw === null ? otherwise : (JSON.parse(raw) as T)
      } catch {
        return otherwise
      }
    },
    set(v) {
      try {
        localStorage.setItem(key, JSON.stringify(v))
      } catch {
        /* full or forbidden */
      }
    },
  }
}
