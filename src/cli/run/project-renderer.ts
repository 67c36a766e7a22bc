import type { Renderer } from '../../build/run/renderer.js';
import type { Project } from '../../project/parse-project.js';

export function projectRenderer(_project: Project): Renderer {
  throw new Error('next');
}
