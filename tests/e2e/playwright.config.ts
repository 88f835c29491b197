// How the end-to-end specs run: the real binary, real servers, and Debian's Chromium.
// Each spec file runs on SQLite; those that are about durability and the API run on PostgreSQL
// too. A spec whose title has @large runs only with ANTIPHON_LARGE=1 (script/test --all).
import { defineConfig } from '@playwright/test'
import { join } from 'node:path'

const onBothStores = [
  '**/api-*.spec.ts',
  '**/kill9.spec.ts',
  '**/import-*.spec.ts',
  '**/backup-*.spec.ts',
  '**/naughty-strings.spec.ts',
  '**/drain.spec.ts',
  '**/triage-fix.spec.ts',
  '**/triage-reveal.spec.ts',
  '**/widget-limits.spec.ts',
  '**/widget-live.spec.ts',
]
const onlyPostgres = ['**/two-nodes-*.spec.ts', '**/unsafe-store.spec.ts']
const isLarge = process.env.ANTIPHON_LARGE === '1'

export default defineConfig({
  testDir: 'specs',
  outputDir: join(__dirname, '../../test-results'),
  timeout: isLarge ? 1_800_000 : 120_000,
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: false,
  // Two shared, noisy cores: in CI a spec that fails is run once more, and named as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: true,
  ...(isLarge ? {} : { grepInvert: /@large/ }),
  use: {
    headless: true,
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-dev-shm-usage',
      ],
    },
  },
  projects: [
    { name: 'sqlite', testIgnore: onlyPostgres, use: { storeKind: 'sqlite' } as object },
    { name: 'postgresql', testMatch: [...onBothStores, ...onlyPostgres], use: { storeKind: 'postgresql' } as object },
  ],
})
