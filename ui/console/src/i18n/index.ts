// Words on the screen, by language. English is inside; another language is fetched when used.
import { createI18n } from 'vue-i18n'
import en from './en.json'

export const LOCALES = [
  { key: 'en', name: 'English' },
  { key: 'de', name: 'Deutsch' },
] as const
export type Locale = (typeof LOCALES)[number]['key']

const KEPT = 'antiphon.locale'

export const i18n = createI18n({
  legacy: false,
  globalInjection: true,
  locale: 'en' as string,
  fallbackLocale: 'en',
  messages: { en } as Record<string, typeof en>,
  missingWarn: false,
  fallbackWarn: false,
})

export const localeNow = () => i18n.global.locale.value

/* For dates and numbers: the browser's own region where it speaks our language ("en-GB"). */
export const regionNow = () =>
  navigator.languages?.find((l) => l.toLowerCase().startsWith(localeNow())) ?? localeNow()

export async function setLocale(wanted: string) {
  const key: Locale = wanted.toLowerCase().startsWith('de') ? 'de' : 'en'
  if (key === 'de' && !i18n.global.availableLocales.includes('de')) {
    const de = await import('./de.json')
    i18n.global.setLocaleMessage('de', de.default as typeof en)
  }
  i18n.global.locale.value = key
  document.documentElement.lang = key
  try {
    localStorage.setItem(KEPT, key)
  } catch {
    /* holds until reload */
  }
}

/* Before anybody is signed in: the last one used here, else the browser's. */
export function firstLocale(): string {
  try {
    return localStorage.getItem(KEPT) ?? navigator.language
  } catch {
    return navigator.language
  }
}
