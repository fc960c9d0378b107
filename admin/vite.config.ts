import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The API that `vite` talks to while the console is worked on. */
const API = process.env.CRUCIBLE_API ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 1200 },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/uploads', '/adapters', '/exports'].map((path) => [path, { target: API, ws: path === '/graphql' }]),
    ),
  },
});
