import { ThauError } from '../../errors/thau-error.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import type { Template } from '../../jinja/parse/ast.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { Expect } from '../yaml/expect.js';

/** What stands around statements: dbt's `query-comment`. */
export interface StatementComment {
  readonly text: string;
  /** Behind the statement instead of in front of it. */
  readonly append: boolean;
}

/** How a project wants its statements commented. */
export interface CommentRule {
  /** Undefined: dbt's own comment, as JSON. */
  readonly template: Template | undefined;
  readonly append: boolean;
}

/**
 * `query-comment` of dbt_project.yml: text with templates, `{comment, append}`, or null and '' for none at all.
 * Without it statements carry what dbt's carry. Throws PROJECT_YAML_VALUE.
 */
export function commentRule({ queryComment: written, file }: ProjectSettings): CommentRule | undefined {
  const fault = (message: string): ThauError =>
    new Expect(file).fault(file.value, 'query-comment', message, written);
  if (written === undefined) return { template: undefined, append: false };
  if (written === null || written === '') return undefined;
  if (typeof written === 'string') return { template: templateOf(written), append: false };
  if (!Expect.isMapping(written))
    throw fault('query-comment must be text, or a mapping with comment and append');
  const unknown = Object.keys(written).find((key) => !['comment', 'append', 'job-label'].includes(key));
  if (unknown !== undefined)
    throw fault(`query-comment may have comment, append and job-label, not "${unknown}"`);
  const { comment, append = false } = written;
  if (typeof append !== 'boolean') throw fault('append of query-comment must be true or false');
  if (comment === undefined) return { template: undefined, append };
  if (comment === null || comment === '') return undefined;
  if (typeof comment !== 'string') throw fault('comment of query-comment must be text');
  return { template: templateOf(comment), append };
}

function templateOf(text: string): Template {
  return parseTemplate(text, { file: 'query-comment of dbt_project.yml' });
}

/** The comment as it is sent; undefined for an empty one. It may not end itself. */
export function statementComment(text: string, append: boolean): StatementComment | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (trimmed.includes('*/') || trimmed.includes('/*') || trimmed.includes('\0')) {
    throw new ThauError('PROJECT_CONFIG', 'query-comment holds "/*" or "*/", which would end it', {
      at: { file: 'dbt_project.yml' },
      hint: 'Write the comment without them; thau puts them around it.',
    });
  }
  return { text: trimmed, append };
}
