/** `npm run test:e2e`: the whole chain with real programs. Apart from `npm test`, because it takes minutes. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['verbose'],
    // Each takes the whole machine.
    fileParallelism: false,
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
