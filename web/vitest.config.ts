import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["**/*.test.ts", "**/*.test.tsx"],
    exclude: ["**/node_modules/**", "dist/**"],
    passWithNoTests: false,
    // Argon2id and a store in memory on a busy machine: 5 s is no fault of the test.
    testTimeout: 30_000,
  },
});
