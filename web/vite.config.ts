// How the page is built: stable file names, so that the committed build changes
// only where its sources do, and MapLibre in a chunk of its own, which changes
// only when MapLibre does.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.TRABOULE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // Fonts and icons stay files: the content security policy refuses data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/app.js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
        codeSplitting: {
          groups: [{ name: 'maplibre', test: /node_modules[\\/]maplibre-gl/ }],
        },
      },
    },
  },
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: 'assets/maplibre-worker.js' } },
  },
  server: {
    // The development loop: sources from here, everything else from the command.
    proxy: Object.fromEntries(
      ['/api', '/auth', '/tiles', '/styles', '/photon'].map((path) => [path, server]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
