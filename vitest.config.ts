import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Sockets and child processes on two noisy cores: a long bound that is never reached when things are right.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
export default config
