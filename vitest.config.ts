/** The one test command: every folder under test/ on the pinned Node. */
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['test/**/*.test.ts'], testTimeout: 30_000 } })
