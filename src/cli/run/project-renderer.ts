import type { Renderer } from '../../build/run/renderer.js';
import type { Project } from '../../project/parse-project.js';
import { ProjectRenderer } from '../../project/renderer.js';

/** What build asks of a project's templates. */
export function projectRenderer(project: Project): Renderer {
  return new ProjectRenderer(project);
}
