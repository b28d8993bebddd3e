import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { listenToEmbedder } from './session/embedding.ts'
import './styles.css'

listenToEmbedder()
const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App />)
