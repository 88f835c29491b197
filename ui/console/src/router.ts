// Every address of the console. Admin pages, search and the start page are fetched when opened.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { Failure, get } from '@/api/client'
import { whoAmI } from '@/lib/session'
import Desk from '@/desk/Desk.vue'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/q/waiting' },
  { path: '/q/:name/:of?/t/:ticket(\\d+)', name: 'ticket', component: Desk, meta: { desk: true } },
  { path: '/q/:name/:of?', name: 'queue', component: Desk, meta: { desk: true } },
  { path: '/t/:ticket(\\d+)', redirect: (to) => `/q/all/t/${String(to.params.ticket)}` },
  { path: '/search', name: 'search', component: () => import('@/search/SearchPage.vue'), meta: { desk: true } },
  { path: '/start', name: 'start', component: () => import('@/start/StartPage.vue'), meta: { open: true } },
  { path: '/login', name: 'login', component: () => import('@/auth/LoginPage.vue'), meta: { open: true } },
  { path: '/setup', name: 'setup', component: () => import('@/auth/SetupPage.vue'), meta: { open: true } },
  { path: '/invite', name: 'invite', component: () => import('@/auth/PasswordPage.vue'), meta: { open: true } },
  { path: '/reset', name: 'reset', component: () => import('@/auth/PasswordPage.vue'), meta: { open: true } },
  { path: '/forgot', name: 'forgot', component: () => import('@/auth/ForgotPage.vue'), meta: { open: true } },
  {
    path: '/settings',
    component: () => import('@/admin/SettingsPage.vue'),
    children: [
      { path: '', redirect: '/settings/profile' },
      { path: 'profile', component: () => import('@/admin/ProfilePane.vue') },
      { path: 'inboxes', component: () => import('@/admin/InboxesPane.vue') },
      { path: 'inboxes/new/:channel', component: () => import('@/admin/InboxPane.vue') },
      { path: 'inboxes/:id(\\d+)', component: () => import('@/admin/InboxPane.vue') },
      {
        path: 'triage',
        component: () => import('@/triage/admin/TriagePage.vue'),
        children: [
          { path: '', component: () => import('@/triage/admin/PromisePane.vue') },
          { path: 'model', component: () => import('@/triage/admin/ModelPane.vue') },
          { path: 'figures', component: () => import('@/triage/admin/FiguresPane.vue') },
          { path: 'doubtful', component: () => import('@/triage/admin/DoubtfulPane.vue') },
          { path: 'oncall', component: () => import('@/triage/admin/OnCallPane.vue') },
          { path: 'taxonomy', component: () => import('@/triage/admin/TaxonomyPane.vue') },
          { path: 'taxonomy/:key', component: () => import('@/triage/admin/CategoryPane.vue') },
        ],
      },
      { path: 'agents', component: () => import('@/admin/AgentsPane.vue') },
      { path: 'teams', component: () => import('@/admin/TeamsPane.vue') },
      { path: 'keys', component: () => import('@/admin/KeysPane.vue') },
      { path: 'quarantine', component: () => import('@/admin/QuarantinePane.vue') },
      { path: 'audit', component: () => import('@/admin/AuditPane.vue') },
      { path: 'demo', component: () => import('@/admin/DemoPane.vue') },
    ],
  },
  { path: '/:rest(.*)*', name: 'absent', component: () => import('@/auth/AbsentPage.vue'), meta: { open: true } },
]

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  try {
    if (await whoAmI()) return true
    const { needed } = await get<{ needed: boolean }>('/setup', { quiet: true }).catch(() => ({ needed: false }))
    if (needed) return { name: 'setup' }
  } catch (e) {
    if (!(e instanceof Failure)) throw e
    // Not reached: the login page says so and offers to try again.
  }
  return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
})
