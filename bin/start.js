import './quick.js';

// Not a static import: that would be looked up before the line above has run.
await import('../src/main.ts');
