import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "pkgs/**/*.test.ts", "tools/**/*.test.ts"],
    testTimeout: 30_000,
    globals: true,
  },
});
