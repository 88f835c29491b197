// Why it is so urgent, in words: the server's kinds, and what it may add.
import { useI18n } from 'vue-i18n'

export function useReasonNames() {
  const { t, te } = useI18n()
  return (kind: string) => (te('triage.reason.' + kind, 'en') ? t('triage.reason.' + kind) : kind.replaceAll('_', ' '))
}
