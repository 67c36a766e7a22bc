import { join } from 'node:path';
import { runResults } from '../../build/artifacts/run-results.js';
import type { RunSummary } from '../../build/report/run-event.js';
import type { Manifest } from '../../project/manifest.js';
import { writeCompiled, writeManifest } from './write-manifest.js';
import { writeWhole } from './write-whole.js';

/** `target/manifest.json`, `target/run_results.json` and the compiled SQL, where tools of dbt's world look for them. */
export function writeArtifacts(
  projectDir: string,
  targetPath: string,
  manifest: Manifest,
  summary: RunSummary,
  args: Readonly<Record<string, unknown>>,
  version: string,
): void {
  const invocationId = manifest.metadata.invocation_id;
  const results = runResults(summary, { invocationId, generatedAt: new Date(), thauVersion: version, args });
  writeWhole(join(targetPath, 'run_results.json'), JSON.stringify(results));
  const compiled = summary.results.flatMap(({ nodeId, compiledCode }) =>
    compiledCode === undefined || compiledCode === '' ? [] : [[nodeId, compiledCode] as const],
  );
  writeManifest(targetPath, manifest, version, { projectDir, compiled: new Map(compiled) });
  for (const result of summary.results) {
    const node = manifest.nodes[result.nodeId];
    if (!node || result.compiledCode === undefined || result.compiledCode === '') continue;
    writeCompiled(targetPath, node, result.compiledCode);
  }
}
