import type { NodeFinding } from '../../check/finding.js';
import type { RunChecked } from '../../check/check-run.js';
import { errorToJson, formatError } from '../../errors/format.js';
import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau check`: what a build would stumble over, asked of the server, without building anything. */
export const addCheck: AddCommand = (program, run) => {
  addSelectionFlags(
    program.command('check').description('hold models, contracts and the GraphQL schema against the server'),
  )
    .option('-f, --full-refresh', 'as if with --full-refresh')
    .option('--no-cache', 'also what was checked when it was published')
    .action(
      run<RunFlagsGiven & { readonly cache: boolean }>(async ({ output, ...context }, flags) => {
        const { planProject } = await import('../run/plan-project.js');
        const { checkWhole } = await import('../run/check-before.js');
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const planned = await planProject({ output, ...context }, flags, warn);
        const { warehouse, plan, scope, sdl, checkSchema } = planned;
        const began = performance.now();
        const checked = await checkWhole(warehouse, {
          plan,
          scope,
          sdl,
          checkSchema,
          warn,
          all: !flags.cache,
        });
        const seconds = (performance.now() - began) / 1000;
        const faults = checked.findings.filter((finding) => finding.certain);
        output.result(toJson(checked, seconds), toText(checked, seconds));
        return faults.length > 0 || checked.schemaFault ? 1 : 0;
      }),
    );
};

function toJson(checked: RunChecked, seconds: number): Record<string, unknown> {
  const { findings, waiting, asked, schemaFault } = checked;
  return {
    asked,
    seconds,
    findings: findings.map(({ nodeId, error, certain, onPresentData }) => ({
      nodeId,
      certain,
      onPresentData,
      ...errorToJson(error),
    })),
    waiting: Object.fromEntries(waiting),
    ...(schemaFault && { schema: errorToJson(schemaFault) }),
  };
}

function toText(checked: RunChecked, seconds: number): string {
  const { findings, waiting, asked, schemaFault } = checked;
  const faults = findings.filter((finding) => finding.certain).length + (schemaFault ? 1 : 0);
  const lines = [
    ...findings.map(findingText),
    ...(schemaFault ? [formatError(schemaFault)] : []),
    `${asked} nodes asked of the server in ${seconds.toFixed(2)} s: ${faults === 0 ? 'no faults' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`}${
      waiting.size === 0 ? '' : `, ${waiting.size} not checked, as they read what has a fault`
    }`,
  ];
  return lines.join('\n\n');
}

function findingText({ error, certain, onPresentData }: NodeFinding): string {
  const notes = [
    ...(certain || onPresentData ? [] : ['  perhaps: a hook of the project may make what is missing']),
    ...(onPresentData ? ['  perhaps: checked on present data, as the template asks the database'] : []),
  ];
  return [formatError(error), ...notes].join('\n');
}
