/** @file Begins the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { startStudioState } from './core/studio-state.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/views.css';

// Schemas are not compiled: the page's policy allows no code that is made from text.
z.config({ jitless: true });
startStudioState();
createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
