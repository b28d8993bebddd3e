import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import babel from '@rolldown/plugin-babel'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const DOCUMENTS = new URL('./documents.json', import.meta.url)

/** The documents that the pages name by their ids, for the server that has to know them. */
function emitDocuments(): Plugin {
  return {
    name: 'emit-documents',
    async generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'documents.json',
        source: await readFile(DOCUMENTS, 'utf8'),
      })
    },
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  plugins: [
    react(),
    babel({ include: /console\/src\/.*\.tsx?$/, plugins: [['relay', { eagerEsModules: true }]] }),
    emitDocuments(),
  ],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    // What is inlined would need a policy that allows it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
    // Of one file; tests hold what a first visit loads to its limit.
    chunkSizeWarningLimit: 1_000,
  },
})
