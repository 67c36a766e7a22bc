// docs/errors.md from the registry of codes.
import { writeFileSync } from 'node:fs';
const { errorsPage } = await import('../dist/errors/page.js');
writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
