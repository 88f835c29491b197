import { createApp } from 'vue'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import App from './App.vue'
import { router } from './router'
import { Failure, whenSignedOut } from './api/client'
import { firstLocale, i18n, setLocale } from './i18n'
import { forget, me } from './lib/session'
import { startTheme } from './lib/theme'
import './style.css'

startTheme()

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000, // live events keep it fresh; this only bounds what they may miss
      refetchOnWindowFocus: false,
      retry: (n, e) => n < 2 && e instanceof Failure && (e.isOffline || e.status >= 500),
    },
  },
})

whenSignedOut(() => {
  if (!me.value) return
  forget()
  queryClient.clear()
  void router.replace({ name: 'login', query: { to: router.currentRoute.value.fullPath } })
})

void setLocale(firstLocale()).finally(() =>
  createApp(App).use(router).use(i18n).use(VueQueryPlugin, { queryClient }).mount('#app'),
)
