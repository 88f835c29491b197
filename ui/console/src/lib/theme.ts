// Light, dark, or as the system says. Kept in this browser: a screen, not a person, is bright.
import { ref } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'
const KEY = 'antiphon.theme'

const read = (): Theme => {
  try {
    const t = localStorage.getItem(KEY)
    return t === 'light' || t === 'dark' ? t : 'auto'
  } catch {
    return 'auto'
  }
}

export const theme = ref<Theme>('auto')

export function setTheme(t: Theme) {
  theme.value = t
  if (t === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = t
  try {
    localStorage.setItem(KEY, t)
  } catch {
    /* private window: holds until reload */
  }
}

export const isDark = () =>
  theme.value === 'dark' || (theme.value === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)

export const flipTheme = () => setTheme(isDark() ? 'light' : 'dark')

export const startTheme = () => setTheme(read())
