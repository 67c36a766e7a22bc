import { accessCodes } from './codes/access.js';
import { apiCodes } from './codes/api.js';
import { buildCodes } from './codes/build.js';
import { cliCodes } from './codes/cli.js';
import { configCodes } from './codes/config.js';
import { jinjaCodes } from './codes/jinja.js';
import { postgresCodes } from './codes/postgres.js';
import { privacyCodes } from './codes/privacy.js';
import { projectCodes } from './codes/project.js';
import { queryCodes } from './codes/query.js';
import { sampleCodes } from './codes/sample.js';
import { scheduleCodes } from './codes/schedule.js';
import { schemaCodes } from './codes/schema.js';
import { semanticCodes } from './codes/semantic.js';
import { sqlCodes } from './codes/sql.js';

/** Every code thau can answer with; docs/errors.md is written from it (`npm run docs:errors`). */
export const codes = {
  ...configCodes,
  ...postgresCodes,
  ...jinjaCodes,
  ...projectCodes,
  ...sqlCodes,
  ...buildCodes,
  ...scheduleCodes,
  ...schemaCodes,
  ...semanticCodes,
  ...queryCodes,
  ...accessCodes,
  ...apiCodes,
  ...sampleCodes,
  ...privacyCodes,
  ...cliCodes,
} as const;

/** A code, such as `PROJECT_UNKNOWN_REF`. */
export type Code = keyof typeof codes;
