/** The one test command: every folder under test/ on the pinned Node, but e2e/, which takes minutes: `npm run test:e2e`. */
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/e2e/**'],
    testTimeout: 30_000,
    // On two processors 281 s; by default one is left idle, which takes 466 s.
    maxWorkers: '100%',
  },
})
