// docs/configuration.md from the settings that thau.yml may hold.
import { writeFileSync } from 'node:fs';
const { configurationPage } = await import('../dist/config/configuration-page.js');
writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
